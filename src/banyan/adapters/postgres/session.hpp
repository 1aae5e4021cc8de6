#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "banyan/adapters/postgres/connection.hpp"
#include "banyan/adapters/postgres/rows.hpp"
#include "banyan/adapters/postgres/server_identity.hpp"
#include "banyan/adapters/postgres/statements.hpp"
#include "banyan/base/task.hpp"

namespace banyan::postgres {

using Results = std::vector<ResultHandle>;

/// What the server gets of the time that remains, in steps, so that it has to be told seldom; `most` at most.
std::chrono::milliseconds time_limit(Duration remaining, std::chrono::milliseconds most) noexcept;

/// A connection in pipeline mode, for one user at a time.
///
/// An exchange is some statements that are sent together with one sync at their end, and what they answer. PostgreSQL
/// runs them in one transaction unless they say otherwise, and leaves out what comes after one that fails.
/// Thread safety: none; it belongs to the thread of `io`, which also resumes whoever awaits.
class Session : public std::enable_shared_from_this<Session> {
 public:
  using Notified = std::function<void(std::string_view payload)>;

  static std::shared_ptr<Session> make(boost::asio::io_context& io, ConnectionHandle connection,
                                       const Statements& statements);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Adds a statement to the next exchange; prepared on this session when it was not.
  void add(const Statement& statement, Parameters& parameters);
  /// One without parameters or answer, which is not prepared.
  void add(const char* text);
  /// Has the statements from here on stopped by the server after that time, if it is not so already.
  void limit_statements(std::chrono::milliseconds statement_timeout, std::chrono::milliseconds lock_timeout);

  /// For a transaction that is rolled back: so are the limits that were set in it.
  void forget_limits() noexcept { statement_timeout_ = lock_timeout_ = std::chrono::milliseconds(-1); }

  /// Sends what was added and waits for the answers: one result a statement, in order; those after a failed one say
  /// PGRES_PIPELINE_ABORTED. Fails with `unavailable` when the connection breaks, and with `deadline_exceeded` when
  /// nothing has come by `give_up_at`, and with `too_large` when more than about `bytes_max` have; it is broken then.
  Task<Result<Results>> exchange(SteadyTime give_up_at, std::size_t bytes_max = no_limit);
  static constexpr std::size_t no_limit = static_cast<std::size_t>(-1);
  /// How many came in the last exchange, where they were limited.
  std::size_t bytes_received() const noexcept { return bytes_received_; }

  /// Breaks the session where its exchange should have ended by now.
  void look_at_time(SteadyTime now);
  /// Closes the connection; an exchange under way fails with this.
  void close(Error error);

  bool broken() const noexcept { return connection_ == nullptr; }
  /// Kept here by those who ask for it.
  ServerIdentity& identity() noexcept { return identity_; }
  /// Forgets what is prepared: for when the server says that a statement is unknown or no longer fits its table.
  void forget_statements() noexcept { must_forget_ = true; }

  void on_notification(Notified call) { notified_ = std::move(call); }
  /// Called once, when the connection breaks.
  void on_break(std::function<void()> call) { on_break_ = std::move(call); }

 private:
  Session(boost::asio::io_context& io, ConnectionHandle connection, const Statements& statements);

  /// What the server owes, in order.
  enum class Owed : unsigned char { statement, own, preparation };

  void forget_where_needed();
  bool sent(int ok);
  void wait_to_read();
  void wait_to_write();
  bool consume();
  std::size_t bytes_waiting() const;
  void flush();
  void receive();
  void take(ResultHandle result);
  void take_notifications();
  void finish(Result<Results> outcome);

  /// A descriptor of its own for libpq's socket: libpq closes that when it likes, and the number may then be another's.
  boost::asio::posix::stream_descriptor socket_;
  ConnectionHandle connection_;
  const Statements& statements_;
  ServerIdentity identity_;
  std::unordered_set<std::uint64_t> prepared_;
  std::uint64_t generation_ = 0;
  bool must_forget_ = false;
  std::chrono::milliseconds statement_timeout_{-1};
  std::chrono::milliseconds lock_timeout_{-1};

  std::deque<Owed> owed_;
  ResultHandle failed_preparation_;
  Results results_;
  Completion<Result<Results>>* awaited_ = nullptr;
  SteadyTime give_up_at_ = SteadyTime::max();
  std::size_t bytes_left_ = no_limit;
  std::size_t bytes_received_ = 0;
  bool send_failed_ = false;
  bool writing_ = false;
  bool reading_ = false;
  Notified notified_;
  std::function<void()> on_break_;
};

}  // namespace banyan::postgres
