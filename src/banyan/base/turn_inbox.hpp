#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "banyan/base/executor.hpp"

namespace banyan {

/// What event loops ask of a thread, on its way there. What an executor submits in one turn is handed over at the end
/// of that, so that it goes out together. Items are small and copied: pointers, or a choice of pointers. Thread-safe.
template <typename Item>
class TurnInbox : public std::enable_shared_from_this<TurnInbox<Item>> {
 public:
  /// `wake` is called when there is something to take, and not again before it is taken; never after close().
  explicit TurnInbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  /// On the thread of the executor; they stay beside each other. False before open() and after close().
  [[nodiscard]] bool submit(Executor& executor, std::span<const Item> items);

  /// What has come since the last time, in its order.
  std::vector<Item> take();

  void open();
  void close();

 private:
  void end_turn(const Executor& executor);

  std::function<void()> wake_;
  std::mutex mutex_;
  std::vector<Item> arrived_;
  std::vector<const Executor*> in_turn_;  ///< Will call end_turn().
  bool woken_ = false;
  bool open_ = false;
};

// What an item points to may end as soon as the lock is given back: from there on it is not looked at.
template <typename Item>
bool TurnInbox<Item>::submit(Executor& executor, std::span<const Item> items) {
  bool begins_turn = false;
  {
    const std::lock_guard lock(mutex_);
    if (!open_) return false;
    arrived_.insert(arrived_.end(), items.begin(), items.end());
    begins_turn = std::ranges::find(in_turn_, &executor) == in_turn_.end();
    if (begins_turn) in_turn_.push_back(&executor);
  }
  if (begins_turn) executor.run([inbox = this->shared_from_this(), &executor] { inbox->end_turn(executor); });
  return true;
}

// It wakes under the lock: whoever has closed can be sure that nobody is at it any more.
template <typename Item>
void TurnInbox<Item>::end_turn(const Executor& executor) {
  const std::lock_guard lock(mutex_);
  std::erase(in_turn_, &executor);
  if (open_ && !arrived_.empty() && !std::exchange(woken_, true)) wake_();
}

template <typename Item>
std::vector<Item> TurnInbox<Item>::take() {
  const std::lock_guard lock(mutex_);
  woken_ = false;
  return std::exchange(arrived_, {});
}

template <typename Item>
void TurnInbox<Item>::open() {
  const std::lock_guard lock(mutex_);
  open_ = true;
}

template <typename Item>
void TurnInbox<Item>::close() {
  const std::lock_guard lock(mutex_);
  open_ = false;
}

}  // namespace banyan
