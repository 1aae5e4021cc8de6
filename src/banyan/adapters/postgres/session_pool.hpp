#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "banyan/adapters/postgres/connector.hpp"
#include "banyan/adapters/postgres/session.hpp"

namespace banyan::postgres {

/// The sessions for one purpose: made when they are asked for, `sessions_max` at most, kept until they break.
/// Thread safety: none; it belongs to the thread of `io`.
class SessionPool {
 public:
  struct Parts {
    boost::asio::io_context& io;
    Connector& connector;
    const Statements& statements;
    const Clock& clock;
    std::function<void()> on_change;  ///< A pool has its first session, or has lost its last.
  };
  /// `on_available` is called when take() is worth another try.
  SessionPool(Parts parts, Purpose purpose, std::size_t sessions_max, std::function<void()> on_available);

  /// One that nobody uses, or nothing; has one made then, if there may be more.
  std::shared_ptr<Session> take();
  void give_back(const std::shared_ptr<Session>& session);

  /// Whether any is connected; and since when none is, and why.
  bool connected() const noexcept { return !sessions_.empty(); }
  SteadyTime disconnected_since() const noexcept { return disconnected_since_; }
  const std::string& failure() const noexcept { return failure_; }

  void look_at_time(SteadyTime now);
  /// Breaks all that there are now.
  void break_all(const Error& error);
  /// Breaks all, and makes no more.
  void close();

 private:
  void connect();
  void adopt(ConnectionHandle connection);
  void drop(const Session* session);

  Parts parts_;
  Purpose purpose_;
  std::size_t sessions_max_;
  std::function<void()> on_available_;
  std::vector<std::shared_ptr<Session>> sessions_;  ///< All that are connected.
  std::vector<std::shared_ptr<Session>> idle_;
  std::size_t connecting_ = 0;
  bool closed_ = false;
  SteadyTime disconnected_since_;
  std::string failure_;
};

}  // namespace banyan::postgres
