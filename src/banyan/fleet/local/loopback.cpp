#include "banyan/fleet/local/loopback.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

namespace banyan::fleet {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::uint16_t port_min = 15'000;
constexpr std::uint16_t port_max = 31'999;  // Linux gives outgoing connections ports from 32768 on
constexpr int tries_max = 200;
constexpr std::size_t answer_bytes_max = 4U << 20;
constexpr int backlog = 16;
constexpr milliseconds connect_within{500};

sockaddr_in loopback_address(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool can_be_bound(std::uint16_t port) {
  const Descriptor handle(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback_address(port);
  return handle.valid() && ::bind(handle.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

bool ready_for(int descriptor, short events, steady_clock::time_point until) {
  const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now()).count();
  if (left <= 0) return false;
  pollfd wanted{descriptor, events, 0};
  return ::poll(&wanted, 1, static_cast<int>(left)) > 0;
}

bool send_all(int descriptor, std::string_view text, steady_clock::time_point until) {
  while (!text.empty()) {
    const ssize_t sent = ::send(descriptor, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      text.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EAGAIN || !ready_for(descriptor, POLLOUT, until)) {
      return false;
    }
  }
  return true;
}

std::optional<std::string> converse(const Descriptor& peer, std::string_view question, milliseconds at_most) {
  const auto until = steady_clock::now() + at_most;
  if (!peer.valid() || !send_all(peer.get(), question, until)) return std::nullopt;
  std::string answer;
  char buffer[16 * 1024];
  while (answer.size() < answer_bytes_max && ready_for(peer.get(), POLLIN, until)) {
    const ssize_t got = ::recv(peer.get(), buffer, sizeof buffer, MSG_DONTWAIT);
    if (got == 0) return answer;
    if (got < 0 && errno != EAGAIN && errno != EINTR) break;
    if (got > 0) answer.append(buffer, static_cast<std::size_t>(got));
  }
  if (answer.empty()) return std::nullopt;
  return answer;
}

// Connecting to loopback answers at once, unless the listener's queue is full.
Descriptor connect_port(std::uint16_t port, milliseconds at_most) {
  Descriptor handle(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const sockaddr_in address = loopback_address(port);
  if (!handle.valid()) return handle;
  if (::connect(handle.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return handle;
  int error = 0;
  socklen_t size = sizeof error;
  const bool connected = errno == EINPROGRESS && ready_for(handle.get(), POLLOUT, steady_clock::now() + at_most) &&
                         ::getsockopt(handle.get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
  return connected ? std::move(handle) : Descriptor();
}

std::optional<sockaddr_un> socket_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return std::nullopt;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

}  // namespace

Result<std::uint16_t> FreePorts::next() {
  for (int i = 0; i < tries_max; ++i) {
    const auto port = static_cast<std::uint16_t>(port_min + random_.below(port_max - port_min + 1));
    if (can_be_bound(port) && given_.insert(port).second) return port;
  }
  return fail(ErrorCode::unavailable, "No free port was found on the loopback interface.");
}

bool answers(std::uint16_t port) { return connect_port(port, connect_within).valid(); }

std::optional<std::string> ask_port(std::uint16_t port, std::string_view question, milliseconds at_most) {
  return converse(connect_port(port, at_most), question, at_most);
}

std::optional<std::string> ask_socket(const std::string& path, std::string_view question, milliseconds at_most) {
  return converse(connect_socket(path), question, at_most);
}

std::optional<HttpAnswer> http_get(std::uint16_t port, std::string_view path, milliseconds at_most,
                                   std::string_view header) {
  std::string request = "GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
  if (!header.empty()) request += std::string(header) + "\r\n";
  const std::optional<std::string> text = ask_port(port, request + "\r\n", at_most);
  constexpr std::string_view version = "HTTP/1.1 ";
  if (!text || !text->starts_with(version)) return std::nullopt;
  HttpAnswer answer;
  std::from_chars(text->data() + version.size(), text->data() + text->size(), answer.status);
  const std::size_t body = text->find("\r\n\r\n");
  if (body != std::string::npos) answer.body = text->substr(body + 4);
  return answer;
}

Descriptor connect_socket(const std::string& path) {
  const std::optional<sockaddr_un> address = socket_address(path);
  Descriptor handle(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const bool connected = address && handle.valid() &&
                         ::connect(handle.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) == 0;
  return connected ? std::move(handle) : Descriptor();
}

Result<Descriptor> listen_socket(const std::string& path) {
  const std::optional<sockaddr_un> address = socket_address(path);
  if (!address)
    return fail(Error(ErrorCode::unavailable, "The path of the control socket is too long: " + path)
                    .with_hint("Set TMPDIR to a folder with a shorter path."));
  Descriptor handle(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  ::unlink(path.c_str());
  // The folder is private, so nobody opens it before its mode is set.
  const bool listening = handle.valid() &&
                         ::bind(handle.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) == 0 &&
                         ::chmod(path.c_str(), 0600) == 0 && ::listen(handle.get(), backlog) == 0;
  if (listening) return handle;
  return fail(ErrorCode::unavailable, "The control socket " + path + " cannot be made: " + std::strerror(errno));
}

}  // namespace banyan::fleet
