#include "banyan/adapters/sqlite/saved_queries.hpp"

#include "banyan/adapters/sqlite/connection.hpp"
#include "banyan/adapters/sqlite/database_file.hpp"
#include "banyan/adapters/sqlite/errors.hpp"
#include "banyan/adapters/sqlite/interruptible.hpp"

namespace banyan::sqlite {
namespace {

constexpr std::size_t threads_max = 2;
constexpr std::size_t queue_max = 1024;

std::vector<std::string> names_of(const Statement& statement) {
  std::vector<std::string> names;
  for (int i = 0; i < sqlite3_column_count(statement.get()); ++i) {
    const char* name = sqlite3_column_name(statement.get(), i);
    names.emplace_back(name == nullptr ? "" : name);
  }
  return names;
}

// SQLite computes as it likes, and has no booleans; what comes out is canonical all the same.
bool read_column(Statement& statement, int place, const Field& column, Value& value) {
  if (!read_value(statement, place, column.storage, value)) return false;
  if (std::holds_alternative<bool>(value)) return statement.integer(place) == 0 || statement.integer(place) == 1;
  auto* text = std::get_if<std::string>(&value);
  return text == nullptr || sql::make_canonical(column, *text);
}

Result<SavedRows> execute(Connection& connection, const SavedQuery& query, const std::vector<Value>& arguments,
                          std::size_t bytes_max) {
  const sql::SavedStatement saved = sql::saved_statement(query, SqlDialect::sqlite);
  auto statement = connection.prepare(saved.text);
  if (!statement) return fail(std::move(statement.error()));
  int number = 0;
  for (const std::size_t place : saved.arguments) statement->bind(++number, arguments[place]);
  const auto places = sql::match_columns(query, names_of(*statement));
  if (!places) return fail(places.error());

  SavedRows result;
  std::size_t bytes = 0;
  int rc = SQLITE_OK;
  while ((rc = statement->step()) == SQLITE_ROW) {
    if (result.rows.size() >= saved_query_rows_max) return fail(sql::too_many_rows(query));
    std::vector<Value>& row = result.rows.emplace_back(query.columns.size());
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (!read_column(*statement, static_cast<int>((*places)[i]), query.columns[i], row[i]))
        return fail(sql::not_as_declared(query, query.columns[i]));
      if (const auto* text = std::get_if<std::string>(&row[i])) bytes += text->size();
    }
    if (bytes > bytes_max) return fail(sql::too_many_bytes(query, bytes_max));
  }
  if (rc != SQLITE_DONE) return fail(query_error(connection.get(), rc, query));
  return result;
}

// Whether nothing but white space, `;` and comments stands in the text, which ends with a NUL.
bool is_blank(sqlite3* database, const char* text) {
  while (*text != '\0') {
    sqlite3_stmt* raw = nullptr;
    const char* rest = nullptr;
    const int rc = sqlite3_prepare_v2(database, text, -1, &raw, &rest);
    const Statement statement(raw);
    if (rc != SQLITE_OK || statement || rest == text) return false;
    text = rest;
  }
  return true;
}

Error cannot_be_prepared(const SavedQuery& query, const std::string& why) {
  return Error(ErrorCode::invalid, "The saved query '" + query.name + "' cannot be prepared: " + why + ".")
      .with_hint("Mend [queries." + query.name + "] sqlite, or sql.");
}

}  // namespace

SavedQueries::SavedQueries(const Options& options, std::function<void()> on_commit)
    : options_(options), on_commit_(std::move(on_commit)), readers_(threads_max), workers_(threads_max, queue_max) {}

SavedQueries::~SavedQueries() { workers_.stop(); }

void SavedQueries::stop() { workers_.stop(); }

Result<void> SavedQueries::check(const SavedQuery& query) {
  auto connection = Connection::open(reader_settings(options_));
  if (!connection) return fail(std::move(connection.error()));
  const sql::SavedStatement saved = sql::saved_statement(query, SqlDialect::sqlite);
  sqlite3_stmt* raw = nullptr;
  const char* rest = nullptr;
  const int rc =
      sqlite3_prepare_v2(connection->get(), saved.text.data(), static_cast<int>(saved.text.size()), &raw, &rest);
  const Statement statement(raw);
  if (rc != SQLITE_OK) return fail(cannot_be_prepared(query, sqlite3_errmsg(connection->get())));
  if (!statement) return fail(cannot_be_prepared(query, "there is no statement in it"));
  if (!is_blank(connection->get(), rest)) return fail(cannot_be_prepared(query, "it is more than one statement"));
  if (!query.writes && sqlite3_stmt_readonly(statement.get()) == 0)
    return fail(Error(ErrorCode::invalid, "The saved query '" + query.name + "' would write.")
                    .with_hint("Let it: [queries." + query.name + "] writes = true"));
  if (auto places = sql::match_columns(query, names_of(statement)); !places) return fail(std::move(places.error()));
  return {};
}

Task<Result<SavedRows>> SavedQueries::run(const Context& context, const SavedQuery& query,
                                          std::vector<Value> arguments) {
  const auto work = [&](std::size_t thread) { return run_now(thread, context, query, arguments); };
  co_return co_await sql::run_on(workers_, context, work);
}

Result<SavedRows> SavedQueries::run_now(std::size_t thread, const Context& context, const SavedQuery& query,
                                        const std::vector<Value>& arguments) {
  if (query.writes) return write(context, query, arguments);
  auto connection = reader(thread);
  if (!connection) return fail(std::move(connection.error()));
  const Interruptible interruptible(**connection, context);
  return execute(**connection, query, arguments, options_.page_bytes_max);
}

Result<Connection*> SavedQueries::reader(std::size_t thread) {
  std::unique_ptr<Connection>& connection = readers_[thread];
  if (!connection) {
    auto opened = Connection::open(reader_settings(options_));
    if (!opened) return fail(std::move(opened.error()));
    connection = std::make_unique<Connection>(std::move(*opened));
  }
  return connection.get();
}

Result<SavedRows> SavedQueries::write(const Context& context, const SavedQuery& query,
                                      const std::vector<Value>& arguments) {
  const std::lock_guard lock(writing_);
  if (!writer_) {
    auto opened = Connection::open(writer_settings(options_));
    if (!opened) return fail(std::move(opened.error()));
    writer_ = std::make_unique<Connection>(std::move(*opened));
  }
  if (auto begun = writer_->execute("BEGIN IMMEDIATE"); !begun) return fail(std::move(begun.error()));
  Result<SavedRows> rows = [&] {
    const Interruptible interruptible(*writer_, context, context.clock.steady() + writing_time_max);
    return execute(*writer_, query, arguments, options_.page_bytes_max);
  }();
  if (rows)
    if (!writer_->execute("COMMIT"))  // references are looked at only now
      rows = fail(query_error(writer_->get(), sqlite3_extended_errcode(writer_->get()), query));
  // After some errors SQLite has rolled back by itself.
  if (!rows && writer_->in_transaction() && !writer_->execute("ROLLBACK")) writer_.reset();
  if (rows) on_commit_();
  return rows;
}

}  // namespace banyan::sqlite
