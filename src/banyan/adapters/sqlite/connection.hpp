#pragma once

#include <sqlite3.h>

#include <chrono>

#include <memory>
#include <string>
#include <string_view>

#include "banyan/adapters/sqlite/statement.hpp"
#include "banyan/base/result.hpp"
#include "banyan/core/value.hpp"

namespace banyan::sqlite {

/// How a connection is opened.
struct ConnectionSettings {
  std::string path;
  std::string vfs;  ///< Empty: the system's own.
  bool read_only = false;
  bool waits_for_disk = true;                 ///< Whether a commit is on the device when it is done.
  std::size_t cache_bytes = 0;                ///< Of pages, at most.
  std::chrono::milliseconds busy_timeout{0};  ///< How long to wait for a lock that another program holds.
};

/// One connection to the database file. Thread safety: one thread at a time.
class Connection {
 public:
  /// Opens an existing file, or a new one unless read_only. Errors as open_error() words them.
  static Result<Connection> open(const ConnectionSettings& settings);

  sqlite3* get() const noexcept { return handle_.get(); }

  /// Runs statements that answer nothing.
  Result<void> execute(const char* sql);
  /// A statement that is kept and run again.
  Result<Statement> prepare(std::string_view sql);
  /// The first column of the first row, or `fallback` when there is no row.
  Result<std::int64_t> query_integer(std::string_view sql, std::int64_t fallback = 0);

  /// What the functions ask that Banyan adds to SQLite, in the midst of one call.
  StopCheck& stop_check() noexcept { return *stop_; }

  bool in_transaction() const noexcept { return sqlite3_get_autocommit(get()) == 0; }

 private:
  struct Close {
    void operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
  };
  explicit Connection(sqlite3* handle) : handle_(handle) {}
  std::unique_ptr<StopCheck> stop_ = std::make_unique<StopCheck>();  ///< SQLite has its address.
  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace banyan::sqlite
