#include "banyan/adapters/sqlite/database_file.hpp"

#include <system_error>

#include "banyan/adapters/sqlite/errors.hpp"

namespace banyan::sqlite {
namespace {

namespace fs = std::filesystem;

Error cannot(const std::string& what, const fs::path& path, const std::error_code& error) {
  const bool full = error == std::errc::no_space_on_device;
  return Error(full ? ErrorCode::storage_full : ErrorCode::unavailable,
               what + " " + path.string() + ": " + error.message())
      .with_hint(full ? "free space on the device"
                      : "check database.url, and that this user may read and write in that directory");
}

Error directory_given(const fs::path& path) {
  return Error(ErrorCode::invalid, path.string() + " is a directory, not a database file")
      .with_hint("name a file in it: database.url = \"sqlite:" + (path / "app.db").string() + "\"");
}

/// The log of a database lies beside it under its name: opened by two names, a database is damaged.
Error several_names(const fs::path& path) {
  return Error(ErrorCode::invalid, path.string() + " is one of several names (hard links) of the same file")
      .with_hint("remove the others, or make this one a copy of its own: SQLite keeps a log beside each name");
}

/// Reads what every use of the database reads first, so that a foreign or damaged file is told at once.
Result<void> check_whole(Connection& connection, const std::string& path) {
  auto tables = connection.query_integer("SELECT count(*) FROM sqlite_schema");
  if (tables) return {};
  return fail(open_error(connection.get(), sqlite3_extended_errcode(connection.get()), path));
}

}  // namespace

ConnectionSettings writer_settings(const Options& options) {
  return {.path = options.file.string(),
          .vfs = options.vfs,
          .read_only = false,
          .waits_for_disk = options.waits_for_disk,
          .cache_bytes = options.writer_cache_bytes,
          .busy_timeout = options.lock_wait_max};
}

ConnectionSettings reader_settings(const Options& options) {
  return {.path = options.file.string(),
          .vfs = options.vfs,
          .read_only = true,
          .cache_bytes = options.reader_cache_bytes,
          .busy_timeout = options.lock_wait_max};
}

ConnectionSettings in_place_settings(const Options& options) {
  // A loop does not wait for a lock: the find goes to the reader threads, which may.
  ConnectionSettings settings = reader_settings(options);
  settings.busy_timeout = std::chrono::milliseconds(0);
  return settings;
}

Result<void> prepare_place(Options& options) {
  std::error_code error;
  fs::path path = fs::weakly_canonical(options.file, error);
  if (error) return fail(cannot("cannot reach", options.file, error));
  options.file = fs::absolute(path);
  if (fs::is_directory(options.file, error)) return fail(directory_given(options.file));
  if (fs::hard_link_count(options.file, error) > 1 && !error) return fail(several_names(options.file));
  const fs::path directory = options.file.parent_path();
  error.clear();
  fs::create_directories(directory, error);
  if (error) return fail(cannot("cannot make the directory", directory, error));
  return {};
}

Result<Connection> open_database(const Options& options) {
  const std::string path = options.file.string();
  auto connection = Connection::open(writer_settings(options));
  if (!connection) return connection;
  if (auto whole = check_whole(*connection, path); !whole) return fail(std::move(whole.error()));
  if (sqlite3_db_readonly(connection->get(), "main") == 1) {
    return fail(open_error(connection->get(), SQLITE_READONLY, path));
  }
  // A commit writes whole pages to the log, and one of random updates a page each, so pages of 2 KiB halve what 4 KiB
  // would write; reads cost the same (docs/decisions/0012-sqlite-writes-little.md). Of a database that is there nothing
  // changes.
  if (auto done = connection->execute("PRAGMA page_size = 2048; PRAGMA journal_mode = WAL"); !done) {
    return fail(open_error(connection->get(), sqlite3_extended_errcode(connection->get()), path));
  }
  return connection;
}

Result<Connection> open_to_look(const Options& options) {
  std::error_code error;
  if (fs::is_directory(options.file, error)) return fail(directory_given(options.file));
  ConnectionSettings settings = reader_settings(options);
  if (!fs::exists(options.file, error)) {
    settings.path = ":memory:";
    settings.read_only = false;
  }
  auto connection = Connection::open(settings);
  if (!connection) return connection;
  if (auto whole = check_whole(*connection, settings.path); !whole) return fail(std::move(whole.error()));
  return connection;
}

}  // namespace banyan::sqlite
