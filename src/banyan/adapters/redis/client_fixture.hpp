#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "banyan/adapters/redis/client.hpp"
#include "tests/servers/becomes_true.hpp"
#include "tests/servers/redis_server.hpp"

namespace banyan::redis {

using resp::Reply;
using testkit::becomes_true;

/// Keeps what the operator would read. Thread-safe.
class KeptLog final : public Log {
 public:
  void write(LogLevel, std::string_view message, std::initializer_list<LogField> fields) noexcept override {
    std::string line(message);
    for (const auto& [name, value] : fields) line += " " + std::string(name) + "=" + value;
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
  }
  std::size_t count(std::string_view part) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::ranges::count_if(
        lines_, [part](const std::string& line) { return line.find(part) != std::string::npos; }));
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

/// The server of this program's tests, for those that leave it running.
inline testkit::RedisServer& shared_redis() {
  static testkit::RedisServer server;
  return server;
}

/// A client, what it is built from, and commands that wait for their answer.
class ClientUnderTest {
 public:
  explicit ClientUnderTest(Options options)
      : client_(std::move(Client::make(std::move(options), {clock_, log_, metrics_, random_}).value())) {}
  explicit ClientUnderTest(std::string url) : ClientUnderTest(Options{.url = std::move(url)}) {}

  Client& operator*() { return *client_; }
  Client* operator->() { return client_.get(); }
  KeptLog& log() { return log_; }
  UnseenMetrics& metrics() { return metrics_; }

  /// One that ends in a minute, or when told.
  Context context(std::chrono::milliseconds within = std::chrono::minutes(1)) {
    return Context{executor_, clock_, clock_.steady() + within};
  }
  Result<Reply> run(const Command& command, std::chrono::milliseconds within = std::chrono::minutes(1)) {
    const Context of = context(within);
    return block_on(client_->run(of, command));
  }
  Result<Reply> read(std::vector<std::string_view> words, std::chrono::milliseconds within = std::chrono::minutes(1)) {
    return run(Command(Effect::read, std::move(words)), within);
  }
  Result<Reply> write(std::vector<std::string_view> words, std::chrono::milliseconds within = std::chrono::minutes(1)) {
    return run(Command(Effect::write, std::move(words)), within);
  }
  /// For detach(): adds one to `answered` when the answer has come.
  Task<void> count(const Context& of, const Command& command, std::atomic<int>& answered) {
    if (co_await client_->run(of, command)) ++answered;
  }
  /// The text of the answer, `nil`, or the error's code.
  std::string text(std::vector<std::string_view> words) {
    const auto reply = read(std::move(words));
    if (!reply) return to_string(reply.error().code);
    return reply->kind == Reply::Kind::nil ? "nil" : reply->text;
  }

 private:
  SystemClock clock_;
  KeptLog log_;
  UnseenMetrics metrics_;
  SystemRandom random_;
  InlineExecutor executor_;
  std::unique_ptr<Client> client_;
};

/// Commands whose answers are looked at later: each has a thread that waits for it.
class Waiting {
 public:
  Waiting(ClientUnderTest& client, Command command) {
    thread_ = std::jthread([this, &client, command = std::move(command)] { answer_ = client.run(command); });
  }
  const Result<Reply>& answer() {
    if (thread_.joinable()) thread_.join();
    return answer_;
  }

 private:
  Result<Reply> answer_ = fail(ErrorCode::internal, "nothing yet");
  std::jthread thread_;
};

}  // namespace banyan::redis
