#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "banyan/adapters/sqlite/options.hpp"
#include "banyan/adapters/sqlite/reader.hpp"
#include "banyan/adapters/sqlite/store_metrics.hpp"

namespace banyan::sqlite {

/// A read that waits for a thread. It lives in the coroutine that awaits it.
class ReadJob {
 public:
  explicit ReadJob(const Context& context) : context(context) {}
  virtual void run(Reader& reader) = 0;
  virtual void refuse(Error error) = 0;

  const Context& context;

 protected:
  ~ReadJob() = default;
};

/// Threads that read, each with a connection of its own, behind one bounded queue. Thread-safe.
class ReadPool {
 public:
  ReadPool(const Schema& schema, const ConnectionSettings& settings, const Options& options, StoreMetrics& metrics);
  ~ReadPool();

  /// Opens the connections and looks at every table. Before start().
  Result<void> open();
  void start();
  /// Finishes what is queued; what comes afterwards is refused.
  void stop();

  /// False, and the job is left alone, when the queue is full or the pool is stopped.
  [[nodiscard]] bool push(ReadJob& job);

 private:
  void serve(Reader& reader);

  const Schema& schema_;
  std::size_t queue_max_;
  StoreMetrics& metrics_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<ReadJob*> queue_;
  bool stopping_ = false;
  std::vector<std::unique_ptr<Reader>> readers_;
  std::vector<std::thread> threads_;
};

}  // namespace banyan::sqlite
