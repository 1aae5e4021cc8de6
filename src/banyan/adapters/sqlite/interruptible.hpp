#pragma once

#include "banyan/adapters/sqlite/connection.hpp"
#include "banyan/base/context.hpp"

namespace banyan::sqlite {

/// Has a connection look at the deadline now and then as long as it lives; what runs then ends with SQLITE_INTERRUPT.
class Interruptible {
 public:
  Interruptible(Connection& connection, const Context& context) : connection_(connection) {
    // SQLite takes a pointer to anything and hands it back as it is.
    void* argument = const_cast<Context*>(&context);  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    sqlite3_progress_handler(
        connection_.get(), steps_between_looks, [](void* given) { return has_expired(given) ? 1 : 0; }, argument);
    connection_.stop_check() = {.should_stop = has_expired, .argument = &context};
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

  static bool has_expired(const void* context) { return static_cast<const Context*>(context)->expired(); }

  Connection& connection_;
};

}  // namespace banyan::sqlite
