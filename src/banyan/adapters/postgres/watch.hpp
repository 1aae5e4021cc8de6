#pragma once

#include <functional>
#include <optional>

#include "banyan/adapters/postgres/positions.hpp"
#include "banyan/adapters/postgres/session_pool.hpp"

namespace banyan::postgres {

/// Asks a server again and again how far it is, on a session of its own, and notices when it is silent or gone.
/// Thread safety: none; it belongs to the thread of its session's `io`.
class Watch {
 public:
  /// `extent` is nothing where the server could not be asked, or does not say.
  using Told = std::function<void(const std::optional<Extent>& extent)>;

  Watch(SessionPool::Parts parts, Statements& statements, Measured measured, Told told);

  /// Asks now, unless it is asking or connecting already.
  void look();
  /// Asks when it is time to, and gives up what takes too long.
  void look_at_time(SteadyTime now);
  void close() { pool_.close(); }
  /// Why it could not be connected to.
  const std::string& failure() const noexcept { return pool_.failure(); }

 private:
  Task<void> ask(std::shared_ptr<Session> session);

  const Clock& clock_;
  Statements& statements_;
  Measured measured_;
  Told told_;
  SessionPool pool_;
  bool asking_ = false;
  SteadyTime asked_at_ = SteadyTime::min();
};

}  // namespace banyan::postgres
