#pragma once

#include <algorithm>

#include "banyan/adapters/sqlite/connection.hpp"
#include "banyan/base/context.hpp"

namespace banyan::sqlite {

/// Has a connection look at the time now and then as long as it lives: what runs past the request's deadline, or an
/// earlier one of its own, ends with SQLITE_INTERRUPT.
class Interruptible {
 public:
  Interruptible(Connection& connection, const Context& context, SteadyTime until = SteadyTime::max())
      : connection_(connection), context_(context), until_(std::min(until, context.deadline)) {
    sqlite3_progress_handler(
        connection_.get(), steps_between_looks, [](void* given) { return is_over(given) ? 1 : 0; }, this);
    connection_.stop_check() = {.should_stop = is_over, .argument = this};
  }
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;
  ~Interruptible() {
    sqlite3_progress_handler(connection_.get(), 0, nullptr, nullptr);
    connection_.stop_check() = {};
  }

 private:
  /// Of SQLite's machine: some tens of microseconds.
  static constexpr int steps_between_looks = 2000;

  static bool is_over(const void* given) {
    const auto& self = *static_cast<const Interruptible*>(given);
    return self.context_.cancelled.load(std::memory_order_relaxed) || self.context_.clock.steady() >= self.until_;
  }

  Connection& connection_;
  const Context& context_;
  const SteadyTime until_;
};

}  // namespace banyan::sqlite
