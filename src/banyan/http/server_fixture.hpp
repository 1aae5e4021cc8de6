#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "banyan/base/descriptor.hpp"
#include "banyan/http/server.hpp"

namespace banyan::http {

inline constexpr auto patience = std::chrono::seconds(20);

/// A client that sees every byte. Every wait is bounded by `patience`.
class Client {
 public:
  /// `source` is the last number of the loopback address that it connects from.
  explicit Client(std::uint16_t port, std::uint32_t source = 1)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in from{};
    from.sin_family = AF_INET;
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + source);
    if (::bind(socket_.get(), reinterpret_cast<sockaddr*>(&from), sizeof from) != 0) return;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }

  bool connected() const { return connected_; }
  int fd() const { return socket_.get(); }
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void shut_write() { ::shutdown(socket_.get(), SHUT_WR); }
  void close() { socket_.close(); }

  /// One whole answer (head and body), without the body when it answers HEAD; empty when the connection ended first.
  std::string answer(bool head = false) {
    while (true) {
      const std::size_t end = received_.find("\r\n\r\n");
      if (end != std::string::npos) {
        const std::size_t size = end + 4 + (head ? 0 : body_bytes(received_.substr(0, end)));
        if (received_.size() >= size) {
          std::string whole = received_.substr(0, size);
          received_.erase(0, size);
          return whole;
        }
      }
      if (!receive()) return "";
    }
  }
  std::string ask(std::string_view bytes, bool head = false) { return send(bytes) ? answer(head) : ""; }
  /// Everything until the server closes; `reset` says whether it did so with a reset.
  std::string rest() {
    while (receive()) {
    }
    return std::exchange(received_, "");
  }
  bool readable() const {
    pollfd ready{socket_.get(), POLLIN, 0};
    return ::poll(&ready, 1, 0) > 0;
  }
  bool reset() const { return reset_; }

 private:
  static std::size_t body_bytes(const std::string& head) {
    const std::size_t at = head.find("Content-Length: ");
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
  }
  bool receive() {
    pollfd ready{socket_.get(), POLLIN, 0};
    const int patience_ms = static_cast<int>(std::chrono::milliseconds(patience).count());
    if (::poll(&ready, 1, patience_ms) <= 0) {
      ADD_FAILURE() << "nothing came from the server";
      return false;
    }
    char bytes[65536];
    const ssize_t got = ::recv(socket_.get(), bytes, sizeof bytes, 0);
    if (got < 0) reset_ = true;
    if (got <= 0) return false;
    received_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }

  Descriptor socket_;
  bool connected_ = false;
  bool reset_ = false;
  std::string received_;
};

/// Keeps what is logged.
class KeptLog final : public Log {
 public:
  void write(LogLevel, std::string_view message, std::initializer_list<LogField> fields) noexcept override {
    const std::lock_guard lock(mutex_);
    std::string line(message);
    for (const auto& [name, value] : fields) line += " " + std::string(name) + "=" + value;
    lines_.push_back(line);
  }
  std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

/// Keeps the access log: "GET /users/1 /users/{id} 200 5".
class KeptAccessLog final : public AccessLog {
 public:
  void record(const AccessEntry& entry) noexcept override {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::string(entry.method) + " " + std::string(entry.target) + " " + std::string(entry.route) +
                     " " + std::to_string(entry.status) + " " + std::to_string(entry.bytes_in) + " " +
                     std::to_string(entry.bytes_out) + " " + std::string(entry.request_id));
    remotes_.emplace_back(entry.remote);
    changed_.notify_all();
  }
  /// Waits for so many lines.
  std::vector<std::string> lines(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [&] { return lines_.size() >= count; });
    return lines_;
  }
  /// Who asked, as the last of so many lines has it.
  std::string last_remote(std::size_t count) {
    lines(count);
    const std::lock_guard lock(mutex_);
    return remotes_.size() == count ? remotes_.back() : "there are not so many lines";
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
  std::vector<std::string> remotes_;
};

/// Lets handlers wait until a test says so, from another thread.
class Gate {
 public:
  Task<Response> wait(Context& context) {
    Completion<bool> opened(context.executor);
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(&opened);
      changed_.notify_all();
    }
    co_await opened;
    Response response;
    response.content_type = text_type;
    response.body = Body(std::string(context.cancelled ? "cancelled" : "opened"));
    co_return response;
  }
  void await_waiting(std::size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, patience, [&] { return waiting_.size() >= count; }));
  }
  void open() {
    const std::lock_guard lock(mutex_);
    for (Completion<bool>* waiting : waiting_) waiting->complete(true);
    waiting_.clear();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Completion<bool>*> waiting_;
};

inline Response text(std::string body) {
  Response response;
  response.content_type = text_type;
  response.body = Body(std::move(body));
  return response;
}

inline Response render_plainly(const Problem& problem) {
  Response response = text(std::string(problem.reason) + ": " + problem.message + " " + problem.hint);
  response.status = problem.status;
  return response;
}

class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    options.loops = 1;
    router.add(Method::get, "/hello", [](const Request&, Context&) -> Task<Response> { return text("hello"); });
    router.add(Method::get, "/users/{id}", [](const Request& request, Context&) -> Task<Response> {
      return text(request.parameters.at(0) + "?" + std::string(request.query));
    });
    router.add(Method::post, "/echo",
               [](const Request& request, Context&) -> Task<Response> { return text(std::string(request.body)); });
    router.add(Method::get, "/wait", [this](const Request&, Context& context) { return gate.wait(context); });
    router.add(Method::get, "/big", [this](const Request&, Context&) -> Task<Response> { return text(big); });
    router.add(Method::get, "/throw",
               [](const Request&, Context&) -> Task<Response> { throw std::runtime_error("a secret"); });
  }
  ~ServerTest() override { stop(); }

  void start() {
    router.finish(metrics);
    auto made = listen();
    ASSERT_TRUE(made) << made.error().message;
    server = std::move(*made);
    thread = std::thread([this] {
      server->run();
      ended = true;
    });
  }
  Result<std::unique_ptr<Server>> listen() {
    auto address = reserve_address("127.0.0.1", 0);
    if (!address) return std::unexpected(address.error());
    return Server::listen(std::move(*address), options, router,
                          ServerParts{clock, random, log, metrics, access_log, render_plainly});
  }
  void stop() {
    if (!thread.joinable()) return;
    server->stop();
    gate.open();
    if (!eventually([&] { return ended.load(); })) {
      ADD_FAILURE() << "the server does not stop by itself";
      while (!ended) {
        clock.advance(std::chrono::seconds(1));
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    }
    thread.join();
  }
  Client connect() { return Client(server->port()); }
  std::int64_t connections() { return metrics.gauge("banyan_http_connections", "").value(); }
  static bool eventually(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
  }
  static std::string get(std::string_view path, std::string_view headers = "") {
    return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(headers) + "\r\n";
  }

  ManualClock clock;
  SystemRandom random;
  KeptLog log;
  UnseenMetrics metrics;
  KeptAccessLog access_log;
  Gate gate;
  std::string big = std::string(8 << 20, 'b');
  Router router;
  ServerOptions options;
  std::unique_ptr<Server> server;
  std::atomic<bool> ended = false;
  std::thread thread;
};

}  // namespace banyan::http
