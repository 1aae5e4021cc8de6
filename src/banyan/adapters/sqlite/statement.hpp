#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "banyan/core/record.hpp"
#include "banyan/core/schema.hpp"

namespace banyan::sqlite {

/// A prepared statement. Thread safety: that of its connection, one thread at a time.
class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}

  explicit operator bool() const noexcept { return handle_ != nullptr; }
  sqlite3_stmt* get() const noexcept { return handle_.get(); }

  /// The value must live until the statement is reset.
  void bind(int number, const Value& value);
  void bind(int number, std::int64_t value) { sqlite3_bind_int64(get(), number, value); }
  void bind(int number, std::string_view text);

  /// SQLITE_ROW, SQLITE_DONE or what went wrong.
  int step() noexcept { return sqlite3_step(get()); }
  void reset() noexcept { sqlite3_reset(get()); }

  std::int64_t integer(int column) { return sqlite3_column_int64(get(), column); }
  std::string_view text(int column);

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const noexcept { sqlite3_finalize(handle); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

/// Resets a statement when its use is over: an open one would keep its read transaction, and the log from shrinking.
class Use {
 public:
  explicit Use(Statement& statement) noexcept : statement_(statement) {}
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  ~Use() { statement_.reset(); }

 private:
  Statement& statement_;
};

/// The row that the statement stands on as a record: the collection's fields in order, then the version.
/// False when the row holds what its schema does not allow (another program wrote it).
bool read_record(Statement& statement, const Collection& collection, Record& record);
/// The value in that column as the storage has it; false as above.
bool read_value(Statement& statement, int column, Field::Storage storage, Value& value);

}  // namespace banyan::sqlite
