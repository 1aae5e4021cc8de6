#include "banyan/adapters/sqlite/connection.hpp"

#include <mutex>

#include "banyan/adapters/sqlite/errors.hpp"
#include "banyan/adapters/sqlite/functions.hpp"
#include "banyan/adapters/sqlite/log_layer.hpp"

namespace banyan::sqlite {
namespace {

/// Once a process: without its memory statistics SQLite takes no global lock for every allocation.
void configure_library() {
  static std::once_flag once;
  std::call_once(once, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
}

/// A name in double quotes that does not exist is an error, not a text; the schema may not call unsafe functions.
void harden(sqlite3* handle) {
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
  sqlite3_extended_result_codes(handle, 1);
}

}  // namespace

Result<Connection> Connection::open(const ConnectionSettings& settings) {
  configure_library();
  sqlite3* raw = nullptr;
  const int access = settings.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  std::string layer = settings.vfs;
  if (!settings.read_only && settings.waits_for_disk) {
    auto gathering = log_layer_over(settings.vfs);
    if (!gathering) return fail(std::move(gathering.error()));
    layer = std::move(*gathering);
  }
  const char* vfs = layer.empty() ? nullptr : layer.c_str();
  const int rc = sqlite3_open_v2(settings.path.c_str(), &raw, access | SQLITE_OPEN_NOMUTEX, vfs);
  Connection connection(raw);
  if (rc != SQLITE_OK) return fail(open_error(raw, rc, settings.path));
  harden(raw);
  register_functions(raw, connection.stop_.get());
  sqlite3_rollback_hook(raw, [](void* undone) { drop_gathered_log(static_cast<sqlite3*>(undone)); }, raw);
  sqlite3_busy_timeout(raw, static_cast<int>(settings.busy_timeout.count()));

  // secure_delete is on in Debian and writes deleted content over with zeros: more pages written a delete.
  // The layer that gathers the log needs the sync at the end of every commit.
  const std::string pragmas = std::string("PRAGMA synchronous = ") + (settings.waits_for_disk ? "FULL" : "NORMAL") +
                              "; PRAGMA cache_size = -" + std::to_string(settings.cache_bytes / 1024) +
                              "; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = FAST";
  if (auto done = connection.execute(pragmas.c_str()); !done) {
    return fail(open_error(raw, sqlite3_extended_errcode(raw), settings.path));
  }
  return connection;
}

Result<void> Connection::execute(const char* sql) {
  const int rc = sqlite3_exec(get(), sql, nullptr, nullptr, nullptr);
  if (rc != SQLITE_OK) return fail(error_from(get(), rc));
  return {};
}

Result<Statement> Connection::prepare(std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  const int rc =
      sqlite3_prepare_v3(get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (rc != SQLITE_OK) {
    Error error = error_from(get(), rc);
    error.detail += " in: " + std::string(sql);
    return fail(std::move(error));
  }
  return Statement(raw);
}

Result<std::int64_t> Connection::query_integer(std::string_view sql, std::int64_t fallback) {
  auto statement = prepare(sql);
  if (!statement) return fail(std::move(statement.error()));
  const int rc = statement->step();
  if (rc == SQLITE_ROW) return statement->integer(0);
  if (rc == SQLITE_DONE) return fallback;
  return fail(error_from(get(), rc));
}

}  // namespace banyan::sqlite
