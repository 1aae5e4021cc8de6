#pragma once

#include <coroutine>
#include <functional>
#include <vector>

namespace banyan {

/// Where coroutines run: an event loop, as everything below http/ sees it.
/// Thread-safe: both functions may be called from any thread.
class Executor {
 public:
  virtual ~Executor() = default;
  /// Resumes `coroutine` on this executor's thread, after what was posted before it.
  virtual void post(std::coroutine_handle<> coroutine) = 0;
  /// The same for several, in their order, at the cost of one.
  virtual void post_all(std::vector<std::coroutine_handle<>> coroutines) {
    for (const std::coroutine_handle<> coroutine : coroutines) post(coroutine);
  }
  /// Runs `work` on this executor's thread, after what was posted before it.
  virtual void run(std::move_only_function<void()> work) = 0;
};

/// Runs at once, on the calling thread: for command line tools and tests.
class InlineExecutor final : public Executor {
 public:
  void post(std::coroutine_handle<> coroutine) override { coroutine.resume(); }
  void run(std::move_only_function<void()> work) override { work(); }
};

}  // namespace banyan
