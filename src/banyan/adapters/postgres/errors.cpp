#include "banyan/adapters/postgres/errors.hpp"

#include <array>
#include <string>
#include <vector>

#include "banyan/sql/saved_statement.hpp"
#include "banyan/sql/schema_differences.hpp"

namespace banyan::postgres {
namespace {

std::string_view diagnosis(const PGresult* result, int field) noexcept {
  const char* const text = PQresultErrorField(result, field);
  return text == nullptr ? std::string_view() : text;
}

std::string trimmed(const char* text) {
  std::string line = text == nullptr ? "" : text;
  while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
  return line;
}

/// PostgreSQL's own words, for the log only: they may hold values of the record.
std::string detail_of(const PGresult* result) {
  std::string detail(diagnosis(result, PG_DIAG_MESSAGE_PRIMARY));
  if (const auto more = diagnosis(result, PG_DIAG_MESSAGE_DETAIL); !more.empty()) detail.append(": ").append(more);
  if (const auto state = sqlstate(result); !state.empty()) detail.append(" (SQLSTATE ").append(state).append(")");
  return detail;
}

struct Words {
  ErrorCode code;
  const char* message;
  const char* hint;
};

struct Rule {
  std::string_view prefix;  ///< Of the SQLSTATE; the first that fits counts.
  Words words;
};

// https://www.postgresql.org/docs/15/errcodes-appendix.html
constexpr std::array rules{
    Rule{"57014", {ErrorCode::deadline_exceeded, "the read took longer than its deadline", ""}},
    Rule{"55P03",
         {ErrorCode::unavailable, "another program holds a lock on the record",
          "try again, or end that program's transaction"}},
    Rule{"40", {ErrorCode::unavailable, "the change collided with another one again and again", "try again"}},
    Rule{"53100",
         {ErrorCode::storage_full, "the database has no room left", "free space where PostgreSQL keeps its data"}},
    Rule{"53", {ErrorCode::unavailable, "the database is short of memory or connections", ""}},
    Rule{"54", {ErrorCode::too_large, "a value, filter or statement is larger than the database takes", ""}},
    Rule{"25006", {ErrorCode::unavailable, "the database can be read only", "name the primary in database.url"}},
    Rule{"57P", {ErrorCode::unavailable, "the database is being shut down or started", ""}},
    Rule{"08", {ErrorCode::unavailable, "the connection to the database has ended", ""}},
    Rule{"22", {ErrorCode::invalid, "the database refuses a value", ""}},
    Rule{"23502", {ErrorCode::invalid, "a value is required", ""}},
    Rule{"23503", {ErrorCode::reference_broken, "a reference names nothing that exists, or is still needed", ""}},
    Rule{"23505", {ErrorCode::already_exists, "another record has this value", ""}},
    Rule{"23", {ErrorCode::invalid, "the database refuses a value", ""}},
    Rule{"P0001", {ErrorCode::invalid, "the database refuses a value", ""}},
    Rule{"42501",
         {ErrorCode::unavailable, "the role may not do this", "grant it what it lacks; the log names the table"}},
    Rule{"42P10",
         {ErrorCode::unsupported, "the table has no unique index over the fields that the upsert names",
          "see `banyan schema plan`, and start Banyan again"}},
    Rule{"42P01",
         {ErrorCode::unavailable, "a table is no longer there", "see `banyan schema plan`, and start Banyan again"}},
    Rule{"42703",
         {ErrorCode::unavailable, "a column is no longer there", "see `banyan schema plan`, and start Banyan again"}},
    Rule{"28",
         {ErrorCode::invalid, "the database does not let this user in", "check user and password in database.url"}},
    Rule{"3D000", {ErrorCode::invalid, "there is no such database", "create it: CREATE DATABASE name"}},
};

constexpr Words otherwise{ErrorCode::internal, "the database failed", ""};

Words words_for(std::string_view state) {
  for (const Rule& rule : rules)
    if (state.starts_with(rule.prefix)) return rule.words;
  return otherwise;
}

Error error_of(const Words& words, std::string detail, std::source_location where) {
  Error error(words.code, words.message, where);
  error.hint = words.hint;
  error.detail = std::move(detail);
  return error;
}

/// The columns of an index or constraint that Banyan has made, by its name: "users.role.handle.unique".
std::vector<std::string> columns_by_name(std::string_view constraint, const Collection& collection) {
  for (const Index& index : sql::wanted_indexes(collection)) {
    if (!index.unique || constraint != sql::index_name(collection, index)) continue;
    std::vector<std::string> columns;
    for (const std::size_t field : index.fields) columns.push_back(collection.fields[field].name);
    return columns;
  }
  if (constraint == collection.name + "_pkey") return {collection.fields.front().name};
  return {};
}

/// The columns of "Key (role, "Handle")=(admin, x) already exists.": the text between the first parentheses, which
/// every language of the server's messages has.
std::vector<std::string> columns_in_detail(std::string_view detail) {
  std::vector<std::string> columns;
  const std::size_t open = detail.find('(');
  const std::size_t close = detail.find(")=(");
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return columns;
  std::string_view list = detail.substr(open + 1, close - open - 1);
  while (!list.empty()) {
    const std::size_t comma = list.find(", ");
    std::string_view name = list.substr(0, comma);
    if (name.size() > 1 && name.front() == '"' && name.back() == '"') name = name.substr(1, name.size() - 2);
    columns.emplace_back(name);
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 2);
  }
  return columns;
}

Error with_fields(Error error, std::vector<std::string> columns, const std::string& problem) {
  for (std::string& column : columns) error.fields.push_back({std::move(column), problem});
  return error;
}

std::string joined(const std::vector<std::string>& columns) {
  std::string text;
  for (const std::string& column : columns) text += (text.empty() ? "" : ", ") + column;
  return text;
}

Error taken(const PGresult* result, const Collection& collection, std::source_location where) {
  std::vector<std::string> columns = columns_by_name(diagnosis(result, PG_DIAG_CONSTRAINT_NAME), collection);
  if (columns.empty()) columns = columns_in_detail(diagnosis(result, PG_DIAG_MESSAGE_DETAIL));
  Error error(ErrorCode::already_exists, "another record of " + collection.name + " has this " + joined(columns),
              where);
  error.reason = "unique_violation";
  return with_fields(std::move(error), std::move(columns), "is taken");
}

}  // namespace

std::string_view sqlstate(const PGresult* result) noexcept { return diagnosis(result, PG_DIAG_SQLSTATE); }

Error error_from(const PGresult* result, std::source_location where) {
  if (result == nullptr) return error_of(words_for("08"), "no result", where);
  // Of the text of a search: a mistake in the statement itself has a place in it. That too many negations stand one
  // behind the other is an internal error to PostgreSQL, in words that are the same in every language.
  const bool is_deep =
      sqlstate(result) == "XX000" && diagnosis(result, PG_DIAG_MESSAGE_PRIMARY) == "tsquery stack too small";
  if (is_deep || (sqlstate(result) == "42601" && diagnosis(result, PG_DIAG_STATEMENT_POSITION).empty()))
    return error_of({ErrorCode::invalid, "the text of the search cannot be read",
                     "words are joined by & or |, as in 'red & (apple | pear)'; or search for plain words"},
                    detail_of(result), where);
  return error_of(words_for(sqlstate(result)), detail_of(result), where);
}

Error write_error(const PGresult* result, const Collection& collection, std::source_location where) {
  const std::string_view state = sqlstate(result);
  if (state == "23505") return taken(result, collection, where);
  Error error = error_from(result, where);
  if (state == "57014") error.message = "the change took longer than the database lets it";
  if (state == "23502") {
    error.fields.push_back({std::string(diagnosis(result, PG_DIAG_COLUMN_NAME)), "is required"});
  } else if (state == "23503") {
    error.reason = "foreign_key_violation";
  } else if (error.code == ErrorCode::invalid) {
    error.message = "the database refuses a value of " + collection.name;
  }
  return error;
}

Error query_error(const PGresult* result, const SavedQuery& query, std::source_location where) {
  const std::string_view state = sqlstate(result);
  const auto refused = [&](sql::Refusal why, const std::vector<std::string>& columns = {}) {
    return sql::refused(query, why, columns, detail_of(result));
  };
  if (state == "23505")
    return refused(sql::Refusal::taken, columns_in_detail(diagnosis(result, PG_DIAG_MESSAGE_DETAIL)));
  if (state == "23503") return refused(sql::Refusal::reference);
  if (state == "23502") return refused(sql::Refusal::missing, {std::string(diagnosis(result, PG_DIAG_COLUMN_NAME))});
  Error error = error_from(result, where);
  return error.code == ErrorCode::invalid ? refused(sql::Refusal::values) : std::move(error);
}

Error connection_error(PGconn* connection, std::source_location where) {
  const std::string said = trimmed(connection == nullptr ? nullptr : PQerrorMessage(connection));
  // libpq 15 has no SQLSTATE for a connection that could not be made, only the server's words, which in this language
  // or another name what is quoted.
  Words words = words_for("08");
  const auto says = [&](std::string_view part) { return said.find(part) != std::string::npos; };
  if (says("password authentication failed") || says("no password supplied") || says("pg_hba.conf"))
    words = words_for("28");
  else if (says("role \"") && says("does not exist"))
    words = words_for("28");
  else if (says("database \"") && says("does not exist"))
    words = words_for("3D000");
  else if (says("starting up") || says("shutting down") || says("recovery mode"))
    words = words_for("57P");
  else if (says("too many clients") || says("connection slots"))
    words = words_for("53");
  else if (says("read-only") || says("session is not read-write"))
    words = words_for("25006");
  return error_of(words, said, where);
}

bool may_be_retried(std::string_view sqlstate) noexcept { return sqlstate == "40001" || sqlstate == "40P01"; }

bool is_stale_statement(std::string_view sqlstate) noexcept {
  // invalid_sql_statement_name, and "cached plan must not change result type" (feature_not_supported).
  return sqlstate == "26000" || sqlstate == "0A000";
}

bool is_of_storage(std::string_view sqlstate) noexcept {
  return sqlstate.starts_with("XX") || sqlstate.starts_with("58");
}

bool ends_connection(std::string_view sqlstate) noexcept {
  return sqlstate.starts_with("08") || sqlstate.starts_with("57P") || sqlstate == "25P03";
}

}  // namespace banyan::postgres
