#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "banyan/adapters/redis/request.hpp"

namespace banyan::redis {

/// Commands on their way to the thread of the client. What an executor submits in one turn is handed over at the end
/// of that, so that it goes out together.
/// Thread-safe.
class Inbox : public std::enable_shared_from_this<Inbox> {
 public:
  /// `wake` is called when there is something to take, and not again before it is taken; never after close().
  explicit Inbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  /// On the thread of their one executor; they stay beside each other. False before open() and after close().
  [[nodiscard]] bool submit(std::span<Request* const> requests);

  /// What has come since the last time.
  std::vector<Request*> take();

  void open();
  void close();

 private:
  void end_turn(const Executor& executor);

  std::function<void()> wake_;
  std::mutex mutex_;
  std::vector<Request*> arrived_;
  std::vector<const Executor*> in_turn_;  ///< Will call end_turn().
  bool woken_ = false;
  bool open_ = false;
};

}  // namespace banyan::redis
