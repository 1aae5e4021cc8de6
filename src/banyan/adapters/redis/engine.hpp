#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "banyan/adapters/redis/pipeline.hpp"
#include "banyan/adapters/redis/subscriber.hpp"
#include "banyan/base/turn_inbox.hpp"

namespace banyan::redis {

/// The thread that talks to the server, and all that lives on it.
/// Thread safety: submit(), connected(), unready_reason() from any thread after start(); the rest from one.
class Engine {
 public:
  Engine(Options options, Endpoint endpoint, std::unique_ptr<boost::asio::ssl::context> tls, const Parts& parts);
  ~Engine();

  void on_connection(std::function<void(const Connected&)> connected, std::function<void()> lost);
  void subscribe(Subscription subscription);
  void follow(std::string key);
  void start();
  void stop();

  /// All of one executor, which is the calling thread's; nothing where they were accepted, and will be delivered to.
  std::optional<Error> submit(std::span<Request* const> requests);

  const Clock& clock() const noexcept { return parts_.clock; }
  std::optional<Connected> connected() const;
  std::optional<std::string> unready_reason() const;

 private:
  Reconnector::Tools tools(Counter& reconnects);
  void drain();
  void tick();
  void schedule(std::chrono::milliseconds interval);
  void note(std::optional<Connected> connection);
  void note_down();
  void close();

  Options options_;
  Nodes nodes_;
  std::unique_ptr<boost::asio::ssl::context> tls_;
  Parts parts_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::steady_timer timer_;
  std::chrono::milliseconds interval_{0};
  ClientMetrics metrics_;
  Admission admission_;
  std::function<void(const Connected&)> on_connected_;
  std::function<void()> on_lost_;
  Pipeline pipeline_;
  std::vector<std::unique_ptr<Subscriber>> subscribers_;
  std::shared_ptr<TurnInbox<Request*>> inbox_;

  bool stopping_ = false;
  SteadyTime stop_by_;
  std::atomic<bool> known_down_ = false;
  mutable std::mutex state_mutex_;
  std::optional<Connected> connected_;
  std::string failure_;
  std::condition_variable decided_;
  std::thread thread_;
};

}  // namespace banyan::redis
