#include "scenarios/raw_connection.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

namespace banyan::scenarios {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return result;
}

std::optional<RawResponse> parse_head(std::string_view head) {
  RawResponse response;
  if (!head.starts_with("HTTP/1.1 ") || head.size() < 12) return std::nullopt;
  std::from_chars(head.data() + 9, head.data() + 12, response.status);
  std::size_t at = head.find("\r\n");
  while (at != std::string_view::npos && at + 2 < head.size()) {
    const std::size_t end = std::min(head.find("\r\n", at + 2), head.size());
    const std::string_view line = head.substr(at + 2, end - at - 2);
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) return std::nullopt;
    response.headers[lower(line.substr(0, colon))] = std::string(line.substr(colon + 2));
    at = end == head.size() ? std::string_view::npos : end;
  }
  return response;
}

std::size_t body_bytes(const RawResponse& response, bool head_only) {
  const auto length = response.headers.find("content-length");
  if (head_only || response.status < 200 || length == response.headers.end()) return 0;
  std::size_t bytes = 0;
  std::from_chars(length->second.data(), length->second.data() + length->second.size(), bytes);
  return bytes;
}

}  // namespace

RawConnection::~RawConnection() { close(); }

RawConnection& RawConnection::operator=(RawConnection&& other) noexcept {
  if (this != &other) {
    close();
    socket_ = std::exchange(other.socket_, -1);
    received_ = std::move(other.received_);
  }
  return *this;
}

bool RawConnection::connect(std::uint16_t port) {
  close();
  received_.clear();
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket_ < 0) return false;
  const int yes = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return true;
  close();
  return false;
}

bool RawConnection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void RawConnection::finish_sending() const { ::shutdown(socket_, SHUT_WR); }

void RawConnection::close() {
  if (socket_ >= 0) ::close(std::exchange(socket_, -1));
}

// Waits for more; false when the peer has closed or the time is over.
bool RawConnection::receive_until(steady_clock::time_point end) {
  const auto left = std::chrono::duration_cast<milliseconds>(end - steady_clock::now()).count();
  pollfd wanted{socket_, POLLIN, 0};
  if (left < 0 || ::poll(&wanted, 1, static_cast<int>(left) + 1) <= 0) return false;
  char buffer[16 * 1024];
  const ssize_t got = ::recv(socket_, buffer, sizeof buffer, 0);
  if (got <= 0) return false;
  received_.append(buffer, static_cast<std::size_t>(got));
  return true;
}

std::optional<RawResponse> RawConnection::read_response(milliseconds at_most, bool head_only) {
  const auto end = steady_clock::now() + at_most;
  std::size_t head_end = received_.find("\r\n\r\n");
  while (head_end == std::string::npos) {
    if (!receive_until(end)) return std::nullopt;
    head_end = received_.find("\r\n\r\n");
  }
  auto response = parse_head(std::string_view(received_).substr(0, head_end));
  if (!response) return std::nullopt;
  const std::size_t whole = head_end + 4 + body_bytes(*response, head_only);
  while (received_.size() < whole) {
    if (!receive_until(end)) return std::nullopt;
  }
  response->body = received_.substr(head_end + 4, whole - head_end - 4);
  received_.erase(0, whole);
  return response;
}

bool RawConnection::closed_within(milliseconds at_most) {
  const auto end = steady_clock::now() + at_most;
  while (receive_until(end)) received_.clear();
  // Time over, or closed? A closed one answers at once, and again and again.
  pollfd wanted{socket_, POLLIN, 0};
  char byte = 0;
  return ::poll(&wanted, 1, 0) == 1 && ::recv(socket_, &byte, 1, MSG_DONTWAIT) <= 0;
}

}  // namespace banyan::scenarios
