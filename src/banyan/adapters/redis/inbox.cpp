#include "banyan/adapters/redis/inbox.hpp"

#include <algorithm>

namespace banyan::redis {

// A request may end as soon as the lock is given back: from there on it is not looked at.
bool Inbox::submit(std::span<Request* const> requests) {
  Executor& executor = requests.front()->context.executor;
  bool begins_turn = false;
  {
    const std::lock_guard lock(mutex_);
    if (!open_) return false;
    arrived_.insert(arrived_.end(), requests.begin(), requests.end());
    begins_turn = std::ranges::find(in_turn_, &executor) == in_turn_.end();
    if (begins_turn) in_turn_.push_back(&executor);
  }
  if (begins_turn) executor.run([inbox = shared_from_this(), &executor] { inbox->end_turn(executor); });
  return true;
}

// It wakes under the lock: whoever has closed can be sure that nobody is at it any more.
void Inbox::end_turn(const Executor& executor) {
  const std::lock_guard lock(mutex_);
  std::erase(in_turn_, &executor);
  if (open_ && !arrived_.empty() && !std::exchange(woken_, true)) wake_();
}

std::vector<Request*> Inbox::take() {
  const std::lock_guard lock(mutex_);
  woken_ = false;
  return std::exchange(arrived_, {});
}

void Inbox::open() {
  const std::lock_guard lock(mutex_);
  open_ = true;
}

void Inbox::close() {
  const std::lock_guard lock(mutex_);
  open_ = false;
}

}  // namespace banyan::redis
