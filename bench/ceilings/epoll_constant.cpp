// A bare epoll loop on one thread that answers every request with one constant: a ceiling, not a server.
// It counts the blank lines that end requests, and understands nothing else of them.
//
// Usage: epoll_constant PORT   (127.0.0.1; PORT 0 lets the system choose; prints the port)
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view body =
    R"({"id":1,"name":"User 000001","email":"user000001@example.com","age":19,"group_id":1,)"
    R"("joined_at":"2024-01-01T00:00:01.000000Z"})";
constexpr std::size_t pipelined_max = 16;

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

int listen_on(std::uint16_t port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener, generic, size) != 0 || listen(listener, 1024) != 0) give_up("listen");
  getsockname(listener, generic, &size);
  std::printf("%d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  return listener;
}

void accept_all(int poller, int listener) {
  for (int peer; (peer = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
    const int on = 1;
    setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_event event{.events = EPOLLIN, .data = {.fd = peer}};
    epoll_ctl(poller, EPOLL_CTL_ADD, peer, &event);
  }
}

std::size_t count_requests(std::string_view bytes) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = bytes.find("\r\n\r\n", at)) != std::string_view::npos; at += 4) ++count;
  return count;
}

void answer(int peer, std::string_view answers, std::size_t answer_size) {
  std::array<char, 16 * 1024> bytes;
  const ssize_t got = read(peer, bytes.data(), bytes.size());
  if (got <= 0) {
    close(peer);
    return;
  }
  const std::size_t requests = count_requests({bytes.data(), static_cast<std::size_t>(got)});
  const std::size_t size = std::min(requests, pipelined_max) * answer_size;
  if (write(peer, answers.data(), size) != static_cast<ssize_t>(size)) close(peer);
}

}  // namespace

int main(int count, char** arguments) {
  std::uint16_t port = 0;
  const std::string_view text = count == 2 ? arguments[1] : "";
  if (std::from_chars(text.data(), text.data() + text.size(), port).ec != std::errc()) {
    std::fputs("usage: epoll_constant PORT\n", stderr);
    return 2;
  }
  const std::string one = "HTTP/1.1 200 OK\r\nServer: epoll\r\nContent-Type: application/json\r\nContent-Length: " +
                          std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
  std::string answers;
  for (std::size_t i = 0; i < pipelined_max; ++i) answers += one;

  const int listener = listen_on(port);
  const int poller = epoll_create1(EPOLL_CLOEXEC);
  epoll_event listening{.events = EPOLLIN, .data = {.fd = listener}};
  if (epoll_ctl(poller, EPOLL_CTL_ADD, listener, &listening) != 0) give_up("epoll_ctl");
  std::array<epoll_event, 128> events;
  while (true) {
    const int ready = epoll_wait(poller, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < ready; ++i) {
      const int peer = events[static_cast<std::size_t>(i)].data.fd;
      peer == listener ? accept_all(poller, listener) : answer(peer, answers, one.size());
    }
  }
}
