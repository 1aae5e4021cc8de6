#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <new>
#include <thread>
#include <type_traits>
#include <vector>

#include "banyan/base/context.hpp"
#include "banyan/base/result.hpp"
#include "banyan/base/task.hpp"

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

/// What `work(thread)` answers, a Result, on one of the threads. Errors of its own: overloaded (too many wait),
/// deadline_exceeded (it began too late, and was not done), unavailable (there was no memory).
template <typename Work>
Task<std::invoke_result_t<Work&, std::size_t>> run_on(Workers& workers, const Context& context, Work work) {
  using Answer = std::invoke_result_t<Work&, std::size_t>;
  Completion<Answer> completion(context.executor);
  const bool taken = workers.push([&](std::size_t thread) {
    completion.complete([&]() -> Answer {
      if (context.expired()) return fail(ErrorCode::deadline_exceeded, "it would have begun after its deadline");
      try {
        return work(thread);
      } catch (const std::bad_alloc&) {
        return fail(Error(ErrorCode::unavailable, "the server is short of memory").with_hint("try again in a moment"));
      }
    }());
  });
  if (!taken)
    co_return fail(
        Error(ErrorCode::overloaded, "too many requests wait for the database").with_hint("try again in a moment"));
  co_return co_await completion;
}

}  // namespace banyan::sql
