#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/adapters/postgres/libpq.hpp"
#include "banyan/adapters/postgres/options.hpp"
#include "banyan/base/result.hpp"
#include "banyan/core/value.hpp"

namespace banyan::postgres {

struct CloseConnection {
  void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
using ConnectionHandle = std::unique_ptr<PGconn, CloseConnection>;

struct ClearResult {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using ResultHandle = std::unique_ptr<PGresult, ClearResult>;

/// What a session is for.
struct Purpose {
  std::string name;
  std::string settings = {};  ///< Statements without answers that it begins with, after the usual ones.
};

/// Connects and sets the session up: UTF-8, UTC, ISO dates, search paths as the URL or the role has them,
/// `application_name` "banyan <name of the purpose>", `banyan.writer` set, so that triggers know Banyan's own writes.
/// Blocks for options.connect_timeout a host at most; returns soon after `give_up` becomes true.
/// Errors: `unavailable` (nobody answers, starting up, too many connections, read-only), `invalid` (wrong password, no
/// such database or role, not UTF-8, older than 13: what waiting does not mend). Messages never hold the password.
Result<ConnectionHandle> connect(const Options& options, const Purpose& purpose, const std::atomic<bool>& give_up);

/// `host:port/database` of the URL without user and password, for logs.
std::string describe(const std::string& url);

/// A connection for one thread that waits for its answers: start-up and tools.
class Connection {
 public:
  static Result<Connection> open(const Options& options, std::string_view purpose);
  explicit Connection(ConnectionHandle handle) : handle_(std::move(handle)) {}

  /// One statement with text parameters; a null Value is NULL, booleans are `t` and `f`. Errors: error_from().
  Result<ResultHandle> query(const std::string& text, std::span<const Value> parameters = {});
  /// Any number of statements without parameters.
  Result<void> execute(const std::string& text);

  PGconn* get() const noexcept { return handle_.get(); }

 private:
  ConnectionHandle handle_;
};

/// Whether the field of the result is NULL, and its text otherwise.
inline bool is_null(const PGresult* result, int row, int column) noexcept {
  return PQgetisnull(result, row, column) != 0;
}
inline std::string_view text(const PGresult* result, int row, int column) noexcept {
  return {PQgetvalue(result, row, column), static_cast<std::size_t>(PQgetlength(result, row, column))};
}

}  // namespace banyan::postgres
