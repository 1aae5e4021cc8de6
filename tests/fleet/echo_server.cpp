#include "fleet/echo_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <optional>
#include <stdexcept>

#include "tests/servers/loopback.hpp"

namespace banyan::fleet_tests {
namespace {

constexpr int backlog = 256;

/// Reads requests off a connection.
class Reader {
 public:
  explicit Reader(int socket) : socket_(socket) {}

  /// The next request, whole: head, body as it came over the wire, trailers. Nothing when the connection ends.
  std::optional<std::string> request() {
    const auto head = through("\r\n\r\n", 0);
    if (!head) return std::nullopt;
    std::size_t end = *head;
    const std::string text = lowered(received_.substr(0, end));
    if (text.contains("\r\ntransfer-encoding: chunked")) {
      const auto last = chunks_end(end);
      if (!last) return std::nullopt;
      end = *last;
    } else if (const std::size_t at = text.find("\r\ncontent-length: "); at != std::string::npos) {
      std::size_t length = 0;
      std::from_chars(text.data() + at + 18, text.data() + text.size(), length);
      end += length;
      if (!has(end)) return std::nullopt;
    }
    std::string whole = received_.substr(0, end);
    received_.erase(0, end);
    return whole;
  }

 private:
  static std::string lowered(std::string text) {
    for (char& c : text)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return text;
  }
  bool has(std::size_t bytes) {
    char block[16'384];
    while (received_.size() < bytes) {
      const ssize_t got = ::recv(socket_, block, sizeof block, 0);
      if (got <= 0) return false;
      received_.append(block, static_cast<std::size_t>(got));
    }
    return true;
  }
  // Where the mark ends that comes first from there on.
  std::optional<std::size_t> through(const std::string& mark, std::size_t from) {
    while (true) {
      if (const std::size_t at = received_.find(mark, from); at != std::string::npos) return at + mark.size();
      if (!has(received_.size() + 1)) return std::nullopt;
    }
  }
  std::optional<std::size_t> chunks_end(std::size_t from) {
    while (true) {
      const auto line = through("\r\n", from);
      if (!line) return std::nullopt;
      std::size_t size = 0;
      std::from_chars(received_.data() + from, received_.data() + *line, size, 16);
      // Behind the last chunk come trailers, up to an empty line.
      if (size == 0) return through("\r\n\r\n", *line - 2);
      from = *line + size + 2;
      if (!has(from)) return std::nullopt;
    }
  }

  int socket_;
  std::string received_;
};

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace

EchoServer::EchoServer(std::string name)
    : name_(std::move(name)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), port_(testkit::free_port()) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, backlog) != 0)
    throw std::runtime_error("an echo server finds no port");
  acceptor_ = std::thread([this] { accept_all(); });
}

EchoServer::~EchoServer() { die(); }

void EchoServer::die() {
  if (dying_.exchange(true)) return;
  release();
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  {
    const std::lock_guard lock(mutex_);
    for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
  }
  for (std::thread& thread : threads_) thread.join();
  for (const int socket : sockets_) ::close(socket);
}

void EchoServer::release() {
  const std::lock_guard lock(mutex_);
  let_go_ = true;
  released_.notify_all();
}

void EchoServer::accept_all() {
  while (!dying_) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    const std::lock_guard lock(mutex_);
    sockets_.push_back(socket);
    threads_.emplace_back([this, socket] { serve(socket); });
  }
}

// The socket is closed at the end of all: until then its number is nobody else's.
void EchoServer::serve(int socket) {
  Reader reader(socket);
  while (const auto request = reader.request())
    if (!answer(socket, *request)) break;
  ::shutdown(socket, SHUT_RDWR);
}

bool EchoServer::answer(int socket, const std::string& request) {
  const std::string target = request.substr(request.find(' ') + 1);
  const bool is_check = target.starts_with("/health/ready ");
  ++(is_check ? checked_ : asked_);
  if (!is_check && dropping_) return false;
  if (target.starts_with("/hold ")) wait_for_release();
  const bool well = is_check ? ready_.load() : !failing_.load();
  const std::string body = request.starts_with("HEAD ") ? "" : request;
  return send_all(socket, std::string(well ? "HTTP/1.1 200 OK\r\n" : "HTTP/1.1 503 Service Unavailable\r\n") +
                              "X-Served-By: " + name_ + "\r\nContent-Length: " + std::to_string(body.size()) +
                              "\r\n\r\n" + body);
}

void EchoServer::wait_for_release() {
  std::unique_lock lock(mutex_);
  ++held_;
  released_.wait(lock, [this] { return let_go_; });
  --held_;
}

}  // namespace banyan::fleet_tests
