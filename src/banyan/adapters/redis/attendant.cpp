#include "banyan/adapters/redis/attendant.hpp"

#include <utility>
#include <vector>

namespace banyan::redis {

Attendant::Attendant() : thread_([this] { work(); }) {}

Attendant::~Attendant() {
  stop();
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    came_.notify_one();
  }
  thread_.join();
}

void Attendant::post(std::coroutine_handle<> coroutine) {
  run([coroutine] { coroutine.resume(); });
}

void Attendant::run(std::move_only_function<void()> work) {
  const std::lock_guard lock(mutex_);
  queue_.push_back(std::move(work));
  came_.notify_one();
}

Task<void> Attendant::pause(Executor& executor, Duration time) {
  Woken woken(executor);
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) co_return;
    pauses_.emplace(std::chrono::steady_clock::now() + time, &woken);
    came_.notify_one();
  }
  co_await woken;
}

Task<void> Attendant::rest(Duration time) {
  Woken woken(*this);
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(hurried_, false) || stopping_) co_return;
    resting_ = pauses_.emplace(std::chrono::steady_clock::now() + time, &woken);
    came_.notify_one();
  }
  co_await woken;
}

void Attendant::hurry() {
  Woken* over = nullptr;
  {
    const std::lock_guard lock(mutex_);
    hurried_ = resting_ == pauses_.end();
    if (hurried_) return;
    over = resting_->second;
    pauses_.erase(std::exchange(resting_, pauses_.end()));
  }
  over->complete(true);
}

void Attendant::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  run([this] { wake(SteadyTime::max()); });
}

void Attendant::wake(SteadyTime until) {
  std::vector<Woken*> over;
  {
    const std::lock_guard lock(mutex_);
    const auto end = pauses_.upper_bound(until);
    if (resting_ != pauses_.end() && resting_->first <= until) resting_ = pauses_.end();
    for (auto pause = pauses_.begin(); pause != end; ++pause) over.push_back(pause->second);
    pauses_.erase(pauses_.begin(), end);
  }
  for (Woken* const woken : over) woken->complete(true);
}

void Attendant::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    if (!queue_.empty()) {
      std::move_only_function<void()> next = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      next();
      lock.lock();
    } else if (ending_) {
      return;
    } else if (pauses_.empty()) {
      came_.wait(lock);
    } else if (const SteadyTime first = pauses_.begin()->first; first > std::chrono::steady_clock::now()) {
      came_.wait_until(lock, first);
    } else {
      lock.unlock();
      wake(std::chrono::steady_clock::now());
      lock.lock();
    }
  }
}

}  // namespace banyan::redis
