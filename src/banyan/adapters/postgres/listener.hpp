#pragma once

#include <functional>

#include "banyan/adapters/postgres/session_pool.hpp"
#include "banyan/core/durable_store.hpp"

namespace banyan::postgres {

/// Hears of changes that this instance, others and other programs have made: PostgreSQL tells them after their commit,
/// in its order. Where it may have missed some, since its connection broke, anything may have changed.
/// Thread safety: none; it belongs to the thread of the store.
class Listener {
 public:
  using Changed = std::function<void(const ForeignChange&)>;

  Listener(SessionPool::Parts parts, const Schema& schema, Counter& heard, Changed changed);

  /// Connects, and again whenever the connection breaks.
  void start() { connect(); }
  void look_at_time(SteadyTime now) { pool_.look_at_time(now); }
  void close() { pool_.close(); }
  bool listening() const noexcept { return listening_; }

 private:
  void connect();
  Task<void> listen(std::shared_ptr<Session> session);
  void take(std::string_view payload);

  const Clock& clock_;
  std::function<void()> on_change_;
  const Schema& schema_;
  Counter& heard_;
  Changed changed_;
  bool listening_ = false;
  SessionPool pool_;
};

/// What a message of lines `table version id` or `table *` tells; what is unintelligible counts as everything.
ForeignChange parse_notification(const Schema& schema, std::string_view payload);

}  // namespace banyan::postgres
