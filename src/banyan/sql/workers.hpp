#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace banyan::sql {

/// A few threads that do what is queued, one thing after another each: for work that waits for a database and is too
/// rare for machinery of its own. They start when there is something to do. Thread-safe.
class Workers {
 public:
  /// Gets the number of the thread it runs on, from 0. Must not throw.
  using Job = std::move_only_function<void(std::size_t thread)>;

  Workers(std::size_t threads_max, std::size_t queue_max) : threads_max_(threads_max), queue_max_(queue_max) {}
  ~Workers() { stop(); }

  /// False, and the job will not run, when the queue is full or the workers are stopped.
  [[nodiscard]] bool push(Job job);
  /// Finishes what is queued; what comes afterwards is refused.
  void stop();

 private:
  void serve(std::size_t thread);

  std::size_t threads_max_;
  std::size_t queue_max_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Job> queue_;
  std::size_t idle_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace banyan::sql
