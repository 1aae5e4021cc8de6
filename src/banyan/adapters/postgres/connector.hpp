#pragma once

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "banyan/adapters/postgres/connection.hpp"
#include "banyan/base/random.hpp"

namespace banyan::postgres {

/// Makes connections on a thread of its own, since names are looked up and hands shaken without asking the time.
/// After a failure it waits before the next attempt: 20 ms, then twice as long each time up to half a second, each
/// between half and all of it by chance, so that instances do not come back in step.
/// Thread safety: request() from the thread of `io`, which also gets the answers.
class Connector {
 public:
  using Done = std::function<void(Result<ConnectionHandle>)>;

  /// `options` and `log` outlive it.
  Connector(boost::asio::io_context& io, const Options& options, Log& log);
  ~Connector();

  void start();
  /// Answers every request soon, if only with `unavailable`.
  void stop();

  /// One attempt; `done` is called once.
  void request(Purpose purpose, Done done);

 private:
  struct Request {
    Purpose purpose;
    Done done;
  };

  void run();
  bool next(Request& request);
  void wait_after_failure();
  void tell(const Result<ConnectionHandle>& made);

  boost::asio::io_context& io_;
  const Options& options_;
  Log& log_;
  SystemRandom random_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Request> requests_;
  std::atomic<bool> stopping_ = false;
  int failures_ = 0;  ///< In a row; of the thread, as is the next.
  std::string told_;  ///< The failure that the log has, so that it is not filled with it.
  std::thread thread_;
};

}  // namespace banyan::postgres
