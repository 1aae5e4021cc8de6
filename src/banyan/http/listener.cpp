#include "banyan/http/listener.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <cstring>

namespace banyan::http {
namespace {

using boost::asio::ip::tcp;

constexpr int backlog = 4096;

Result<tcp::endpoint> endpoint_of(const std::string& address, std::uint16_t port) {
  boost::system::error_code failed;
  const auto parsed = boost::asio::ip::make_address(address, failed);
  if (failed) {
    return fail(Error(ErrorCode::invalid, "'" + address + "' is not an IP address to listen on")
                    .with_hint("write one as 127.0.0.1, 0.0.0.0 (every address of this machine) or ::1"));
  }
  return tcp::endpoint(parsed, port);
}

std::string name_of(const tcp::endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + address + "]" : address) + ":" + std::to_string(endpoint.port());
}

std::unexpected<Error> explain(const tcp::endpoint& endpoint, int error) {
  const std::string name = name_of(endpoint);
  const std::string port = std::to_string(endpoint.port());
  switch (error) {
    case EADDRINUSE:
      return fail(Error(ErrorCode::unavailable, name + " is in use by another program")
                      .with_hint("`ss -ltnp 'sport = :" + port +
                                 "'` shows which one; stop it, or choose another port: PORT=" +
                                 std::to_string(endpoint.port() < 65535 ? endpoint.port() + 1 : 8080)));
    case EACCES:
    case EPERM:
      return fail(Error(ErrorCode::forbidden, "this user may not listen on " + name)
                      .with_hint("ports below 1024 are for root; choose another: PORT=8080"));
    case EADDRNOTAVAIL:
      return fail(Error(ErrorCode::invalid, name + " is not an address of this machine")
                      .with_hint("`ip address` lists them; 127.0.0.1 and 0.0.0.0 are always there"));
    case EMFILE:
    case ENFILE:
      return fail(Error(ErrorCode::unavailable, "no file handle is left to listen on " + name)
                      .with_hint("raise the limit on open files: ulimit -n"));
    default: return fail(Error(ErrorCode::unavailable, "cannot listen on " + name + ": " + std::strerror(error)));
  }
}

int set_option(int fd, int level, int option, int value) noexcept {
  return ::setsockopt(fd, level, option, &value, sizeof value);
}

// Accepted sockets take TCP_NODELAY from the listener.
Descriptor open_socket(const tcp::endpoint& endpoint) noexcept {
  Descriptor socket(::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return socket;
  set_option(socket.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  set_option(socket.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  if (endpoint.address().is_v6()) set_option(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
  return socket;
}

bool share_port(const Descriptor& socket) noexcept {
  return set_option(socket.get(), SOL_SOCKET, SO_REUSEPORT, 1) == 0;
}

bool bind_to(const Descriptor& socket, const tcp::endpoint& endpoint) noexcept {
  return ::bind(socket.get(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) == 0;
}

bool listen_on(const Descriptor& socket) noexcept { return ::listen(socket.get(), backlog) == 0; }

std::uint16_t port_of(const Descriptor& socket) noexcept {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
  const bool v6 = address.ss_family == AF_INET6;
  return ntohs(v6 ? reinterpret_cast<sockaddr_in6*>(&address)->sin6_port
                  : reinterpret_cast<sockaddr_in*>(&address)->sin_port);
}

}  // namespace

// Without SO_REUSEPORT, so that nobody else's can share; listening, for two sockets that are merely bound can share
// through SO_REUSEADDR.
Result<ReservedAddress> reserve_address(const std::string& address, std::uint16_t port) {
  const Result<tcp::endpoint> endpoint = endpoint_of(address, port);
  if (!endpoint) return std::unexpected(endpoint.error());
  Descriptor socket = open_socket(*endpoint);
  if (!socket.valid() || !bind_to(socket, *endpoint) || !listen_on(socket)) return explain(*endpoint, errno);
  ReservedAddress reserved;
  reserved.address = address;
  reserved.port = port_of(socket);
  reserved.socket = std::move(socket);
  return reserved;
}

Result<Listeners> open_listeners(ReservedAddress reserved, std::size_t count) {
  const Result<tcp::endpoint> endpoint = endpoint_of(reserved.address, reserved.port);
  if (!endpoint) return std::unexpected(endpoint.error());
  Listeners listeners;
  listeners.port = reserved.port;
  listeners.sockets.push_back(std::move(reserved.socket));
  if (count > 1 && !share_port(listeners.sockets.front())) return explain(*endpoint, errno);
  while (listeners.sockets.size() < count) {
    Descriptor socket = open_socket(*endpoint);
    if (!socket.valid() || !share_port(socket) || !bind_to(socket, *endpoint) || !listen_on(socket))
      return explain(*endpoint, errno);
    listeners.sockets.push_back(std::move(socket));
  }
  return listeners;
}

void raise_file_limit() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace banyan::http
