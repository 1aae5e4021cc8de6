#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/adapters/redis/attendant.hpp"
#include "banyan/base/random.hpp"
#include "banyan/base/task.hpp"

namespace banyan::histories {

/// The places at which a reader or a writer can be held up.
enum class Step : unsigned char {
  before_ticket,
  after_ticket,
  after_find,  ///< The store has answered; the fill is still to come.
  after_fill,
  before_commit,
  after_commit,  ///< The raise is still to come.
  after_raise,   ///< The acknowledgement is still to come.
  before_own_fill,
};

/// What happens to those who come to a step. Thread-safe.
class Steps {
 public:
  virtual ~Steps() = default;
  virtual Task<void> at(Executor&, Step) { return {}; }
  /// Whether the writer that has come to its raise dies there.
  virtual bool dies() { return false; }
};

/// Holds up one in `one_in`, for up to `longest`, and lets one writer in `dies_one_in` die; 0: none.
class RandomSteps final : public Steps {
 public:
  struct Chances {
    unsigned one_in = 0;
    std::chrono::microseconds longest{20'000};
    unsigned dies_one_in = 0;
  };
  RandomSteps(Chances chances, std::uint64_t seed) : chances_(chances), random_(seed) {}

  Task<void> at(Executor& executor, Step) override {
    if (!comes_up(chances_.one_in)) return {};
    return attendant_.pause(executor, std::chrono::microseconds(below(chances_.longest.count())));
  }
  bool dies() override { return comes_up(chances_.dies_one_in); }

 private:
  bool comes_up(unsigned one_in) { return one_in != 0 && below(one_in) == 0; }
  std::int64_t below(std::int64_t bound) {
    const std::lock_guard lock(mutex_);
    return static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(bound)));
  }

  Chances chances_;
  std::mutex mutex_;
  SeededRandom random_;
  redis::Attendant attendant_;
};

/// Holds up the first who comes to a step that is closed, until it is opened.
class Gate final : public Steps {
 public:
  Task<void> at(Executor& executor, Step step) override {
    Completion<bool> opened(executor);
    {
      const std::lock_guard lock(mutex_);
      if (step != closed_ || held_ != nullptr || !is_closed_) co_return;
      held_ = &opened;
      came_.notify_all();
    }
    co_await opened;
  }
  void close(Step step) {
    const std::lock_guard lock(mutex_);
    closed_ = step;
    is_closed_ = true;
  }
  /// Waits until somebody is held; false where nobody comes.
  bool holds_somebody() {
    std::unique_lock lock(mutex_);
    return came_.wait_for(lock, std::chrono::seconds(30), [this] { return held_ != nullptr; });
  }
  bool dies() override { return kills_; }
  /// While it does, writers die before they have made their change known.
  void kill_writers(bool kills) { kills_ = kills; }
  void open() {
    Completion<bool>* held = nullptr;
    {
      const std::lock_guard lock(mutex_);
      is_closed_ = false;
      held = std::exchange(held_, nullptr);
    }
    if (held != nullptr) held->complete(true);
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  Step closed_ = Step::before_ticket;
  bool is_closed_ = false;
  Completion<bool>* held_ = nullptr;
  std::atomic<bool> kills_ = false;
};

}  // namespace banyan::histories
