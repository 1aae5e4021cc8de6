#pragma once

#include <condition_variable>
#include <mutex>
#include <variant>
#include <vector>

#include "banyan/base/task.hpp"

namespace banyan::memory {

/// Holds coroutines at a certain place until a test lets them go on.
/// Thread-safe. Must outlive everything that passes it; open it before that is torn down.
class Gate {
 public:
  /// Waits until the gate is open; returns at once when it is.
  Task<void> pass(Executor& executor) {
    Completion<std::monostate> opened(executor);
    {
      const std::lock_guard lock(mutex_);
      ++arrivals_;
      arrived_.notify_all();
      if (open_) co_return;
      waiting_.push_back(&opened);
    }
    co_await opened;
  }

  /// Lets go who waits, and whoever comes later.
  void open() {
    std::vector<Completion<std::monostate>*> released;
    {
      const std::lock_guard lock(mutex_);
      open_ = true;
      released.swap(waiting_);
    }
    for (auto* waiter : released) waiter->complete(std::monostate());
  }

  /// Blocks the calling thread until `count` have come to the gate since it was made.
  void await_arrivals(std::size_t count) {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [&] { return arrivals_ >= count; });
  }

  /// How many have come to the gate since it was made.
  std::size_t arrivals() const {
    const std::lock_guard lock(mutex_);
    return arrivals_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::size_t arrivals_ = 0;
  bool open_ = false;
  std::vector<Completion<std::monostate>*> waiting_;
};

}  // namespace banyan::memory
