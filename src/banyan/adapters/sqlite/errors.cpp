#include "banyan/adapters/sqlite/errors.hpp"

#include <cerrno>
#include <cstring>
#include <string_view>
#include <vector>

#include "banyan/sql/saved_statement.hpp"

namespace banyan::sqlite {
namespace {

bool means_full(int error_number) { return error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG; }

std::string detail_of(sqlite3* database, int rc) {
  std::string detail = database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(rc);
  detail += " (SQLite code " + std::to_string(rc);
  const int number = database != nullptr ? sqlite3_system_errno(database) : 0;
  if (number != 0) detail += ", " + std::string(std::strerror(number));
  return detail + ")";
}

Error storage_full() {
  return Error(ErrorCode::storage_full, "the database has no room left")
      .with_hint("free space on the device that holds the database file");
}

struct Words {
  ErrorCode code;
  const char* message;
};

Words words_for(int rc) {
  switch (rc & 0xFF) {
    case SQLITE_NOMEM: return {ErrorCode::unavailable, "the database is short of memory"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return {ErrorCode::unavailable, "another program holds a lock on the database"};
    case SQLITE_INTERRUPT: return {ErrorCode::deadline_exceeded, "the read took longer than its deadline"};
    case SQLITE_READONLY: return {ErrorCode::unavailable, "the database can be read only"};
    case SQLITE_CANTOPEN: return {ErrorCode::unavailable, "the database cannot be opened for now"};
    case SQLITE_TOOBIG: return {ErrorCode::too_large, "a value or statement is larger than the database takes"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return {ErrorCode::internal, "the database file is damaged"};
    default: return {ErrorCode::internal, "the database failed"};
  }
}

/// The fields of "UNIQUE constraint failed: users.email, users.tenant".
std::vector<std::string> named_fields(std::string_view message) {
  std::vector<std::string> fields;
  const std::size_t colon = message.find(": ");
  if (colon == std::string_view::npos) return fields;
  message.remove_prefix(colon + 2);
  while (!message.empty()) {
    const std::size_t comma = message.find(", ");
    std::string_view part = message.substr(0, comma);
    if (const std::size_t dot = part.find('.'); dot != std::string_view::npos) part.remove_prefix(dot + 1);
    fields.emplace_back(part);
    message = comma == std::string_view::npos ? std::string_view() : message.substr(comma + 2);
  }
  return fields;
}

Error with_fields(Error error, std::string_view sqlite_message, const std::string& problem) {
  for (std::string& field : named_fields(sqlite_message)) error.fields.push_back({std::move(field), problem});
  return error;
}

std::string joined(const std::vector<std::string>& fields) {
  std::string text;
  for (const std::string& field : fields) text += (text.empty() ? "" : ", ") + field;
  return text;
}

}  // namespace

Error error_from(sqlite3* database, int rc, std::source_location where) {
  const int system_error = database != nullptr ? sqlite3_system_errno(database) : 0;
  const bool io = (rc & 0xFF) == SQLITE_IOERR;
  Error error = (rc & 0xFF) == SQLITE_FULL || (io && means_full(system_error))
                    ? storage_full()
                    : Error(words_for(rc).code, words_for(rc).message, where);
  if (io && error.code == ErrorCode::internal) {
    error = Error(ErrorCode::unavailable, "the device of the database fails", where);
  }
  error.detail = detail_of(database, rc);
  if ((rc & 0xFF) == SQLITE_CORRUPT && database != nullptr) {
    const char* const name = sqlite3_db_filename(database, "main");
    const std::string path = name == nullptr ? "the database" : name;
    error.detail +=
        " in " + path + ": restore it from a backup, or save what can be read: sqlite3 " + path + " .recover";
  }
  error.where = where;
  return error;
}

Error write_error(sqlite3* database, int rc, const Collection& collection) {
  const std::string_view message = sqlite3_errmsg(database);
  switch (rc) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID: {
      const auto fields = named_fields(message);
      Error error(ErrorCode::already_exists, "another record of " + collection.name + " has this " + joined(fields));
      error.reason = "unique_violation";
      return with_fields(std::move(error), message, "is taken");
    }
    case SQLITE_CONSTRAINT_FOREIGNKEY: {
      Error error(ErrorCode::reference_broken, "a reference of " + collection.name + " names nothing that exists");
      error.reason = "foreign_key_violation";
      return error;
    }
    case SQLITE_CONSTRAINT_NOTNULL:
      return with_fields(Error(ErrorCode::invalid, "a value is required"), message, "is required");
    case SQLITE_CONSTRAINT_DATATYPE:
    case SQLITE_CONSTRAINT_CHECK:
    case SQLITE_CONSTRAINT_TRIGGER:
    case SQLITE_CONSTRAINT: {
      Error error(ErrorCode::invalid, "the database refuses a value of " + collection.name);
      error.detail = detail_of(database, rc);
      return error;
    }
    default: return error_from(database, rc);
  }
}

Error query_error(sqlite3* database, int rc, const SavedQuery& query) {
  const auto refused = [&](sql::Refusal why) {
    return sql::refused(query, why, named_fields(sqlite3_errmsg(database)), detail_of(database, rc));
  };
  switch (rc) {
    case SQLITE_INTERRUPT: {
      Error error = error_from(database, rc);
      error.message = "the query took longer than its deadline";
      if (query.writes) error.hint = "Nothing else is written meanwhile, so it gets a second at most.";
      return error;
    }
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID: return refused(sql::Refusal::taken);
    case SQLITE_CONSTRAINT_FOREIGNKEY: return refused(sql::Refusal::reference);
    case SQLITE_CONSTRAINT_NOTNULL: return refused(sql::Refusal::missing);
    case SQLITE_CONSTRAINT_DATATYPE:
    case SQLITE_CONSTRAINT_CHECK:
    case SQLITE_CONSTRAINT_TRIGGER:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_ERROR: return refused(sql::Refusal::values);  // the last is what SQL's functions answer
    default: return error_from(database, rc);
  }
}

Error open_error(sqlite3* database, int rc, const std::string& path) {
  const int system_error = database != nullptr ? sqlite3_system_errno(database) : 0;
  Error error = error_from(database, rc);
  switch (rc & 0xFF) {
    case SQLITE_NOTADB:
      error.code = ErrorCode::invalid;
      error.message = path + " is not an SQLite database";
      error.hint = "name another file in database.url, or move this one away";
      break;
    case SQLITE_CORRUPT:
      error.message = path + " is damaged";
      error.hint = "restore it from a backup, or save what can be read: sqlite3 " + path + " .recover";
      break;
    case SQLITE_CANTOPEN:
      error.message = "cannot open " + path;
      if (system_error != 0) error.message += std::string(": ") + std::strerror(system_error);
      error.hint = "check that the file and its directory may be read and written by this user";
      break;
    case SQLITE_READONLY:
      error.message = path + " or its directory is read-only";
      error.hint = "give this user the right to write there, or name another file in database.url";
      break;
    case SQLITE_BUSY:
      error.message = path + " is locked by another program";
      error.hint = "end that program, or wait until it is done";
      break;
    case SQLITE_PERM:
    case SQLITE_AUTH: error.message = "no permission to open " + path; break;
    default:
      if (error.code != ErrorCode::storage_full) error.message = "cannot open " + path;
      break;
  }
  return error;
}

bool is_fatal(int rc) noexcept {
  switch (rc & 0xFF) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PROTOCOL:
    case SQLITE_MISUSE: return true;
    default: return false;
  }
}

}  // namespace banyan::sqlite
