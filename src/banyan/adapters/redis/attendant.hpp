#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "banyan/base/clock.hpp"
#include "banyan/base/executor.hpp"
#include "banyan/base/task.hpp"

namespace banyan::redis {

/// A thread for what the shared cache does on its own account, and the one who wakes others after a time.
/// Thread-safe. Coroutines that it runs or wakes must have ended before it is destroyed.
class Attendant final : public Executor {
 public:
  Attendant();
  ~Attendant() override;

  void post(std::coroutine_handle<> coroutine) override;
  void run(std::move_only_function<void()> work) override;

  /// Goes on on `executor` after that time, or as soon as it is stopped.
  Task<void> pause(Executor& executor, Duration time);
  /// The attendant's own pause between two rounds of its work, one at a time: it goes on here after that time, or as
  /// soon as it is hurried or stopped.
  Task<void> rest(Duration time);
  /// Ends the rest of now, or else the next one before it begins.
  void hurry();
  /// From here on every pause and rest is over at once.
  void stop();

 private:
  using Woken = Completion<bool>;
  using Pauses = std::multimap<SteadyTime, Woken*>;

  void work();
  void wake(SteadyTime until);

  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<std::move_only_function<void()>> queue_;
  Pauses pauses_;
  Pauses::iterator resting_ = pauses_.end();  ///< The one of them that may be hurried.
  bool hurried_ = false;
  bool stopping_ = false;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace banyan::redis
