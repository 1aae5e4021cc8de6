#include "banyan/adapters/postgres/write_statements.hpp"

#include <algorithm>

#include "banyan/adapters/postgres/agreement.hpp"
#include "banyan/adapters/postgres/composed.hpp"
#include "banyan/adapters/postgres/errors.hpp"
#include "banyan/adapters/postgres/write_texts.hpp"
#include "banyan/base/numbers.hpp"
#include "banyan/sql/statements.hpp"

namespace banyan::postgres {
namespace {

/// PostgreSQL takes payloads of less than 8000 bytes.
constexpr std::size_t notification_bytes_max = 7'900;

bool has_made_up_ids(const Collection& collection) { return collection.id_kind == IdKind::integer; }

std::string returning(const Collection& collection) {
  std::string text = " RETURNING ";
  sql::append_columns(text, collection);
  return text;
}

std::string literal(const PostgresDialect& dialect, std::string_view text) {
  std::string quoted;
  dialect.append_literal(quoted, Value(std::string(text)));
  return quoted;
}

std::string insert_text(const PostgresDialect& dialect, const Collection& collection, bool skips_conflicts) {
  return sql::insert(dialect, collection) + (skips_conflicts ? " ON CONFLICT DO NOTHING" : "") + returning(collection);
}

/// 1: the id of a record just made. Lifts its version above that of an earlier deletion; answers it if so.
std::string lift_text(const PostgresDialect& dialect, const Collection& collection) {
  const std::string table = sql::quoted(collection.name);
  const std::string id = sql::quoted(collection.fields.front().name);
  return "UPDATE " + table + " SET \"_version\" = g.version + 1 FROM \"_banyan_graves\" AS g WHERE " + table + "." +
         id + " = $1 AND g.collection = " + literal(dialect, collection.name) + " AND g.id = $1::text AND " + table +
         ".\"_version\" <= g.version RETURNING " + table + ".\"_version\"";
}

std::int64_t integer_in(const PGresult* result, int row, int column) {
  return parse_whole<std::int64_t>(text(result, row, column)).value_or(0);
}

/// That a create or an upsert gives.
Value id_of(const Write& write) {
  const auto found = std::ranges::find(write.changes, 0U, &FieldChange::field);
  return found == write.changes.end() ? Value(Null{}) : found->value;
}

bool is_true(const PGresult* result, int row, int column) { return text(result, row, column) == "t"; }

bool has_lower_id(const Changed& a, const Changed& b) { return compare_values(a.key.id, b.key.id) < 0; }

}  // namespace

bool succeeded(const PGresult* result) noexcept {
  const ExecStatusType status = PQresultStatus(result);
  return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

std::optional<Version> version_in(const PGresult* result) {
  if (PQntuples(result) == 0) return std::nullopt;
  return static_cast<Version>(integer_in(result, 0, 0));
}

std::optional<Error> missed(const Write& write, const PGresult* looked) {
  const bool upserts = write.kind == Write::Kind::upsert;
  const RecordKey key(write.collection, upserts ? id_of(write) : write.id);
  if (looked == nullptr || PQntuples(looked) == 0) return sql::no_such(key);
  if (upserts && write.on_conflict.empty()) return std::nullopt;
  if (!is_true(looked, 0, 1)) return sql::denied(*write.collection);
  if (write.expected_version && *write.expected_version != *version_in(looked)) return sql::stale(key);
  return std::nullopt;
}

WriteStatements::WriteStatements(const Schema& schema, const PostgresDialect& dialect, Statements& statements,
                                 Settings settings)
    : schema_(schema),
      dialect_(dialect),
      statements_(statements),
      settings_(settings),
      incoming_(sql::incoming_references(schema)) {}

std::string& WriteStatements::key(const char* kind, const Collection& collection) {
  key_.assign(kind).append(" ").append(collection.name);
  return key_;
}

std::size_t WriteStatements::answers_of(const Write& write) noexcept {
  if (names_integer_id(write) && write.on_conflict.empty()) return 0;
  const bool makes = write.kind == Write::Kind::create || write.kind == Write::Kind::upsert;
  return makes && !has_made_up_ids(*write.collection) ? 2 : 1;
}

std::optional<Error> WriteStatements::add(Session& session, const Result<sql::StatementText>& made) const {
  return postgres::add(session, statements_, made);
}

std::optional<Error> WriteStatements::add(Session& session, const Write& write, UnixMicros now, bool skips_conflicts,
                                          const std::vector<Value>* among) {
  std::optional<Error> failure;
  switch (write.kind) {
    case Write::Kind::create:
      if (has_checks(write))
        failure = add(session, create_text(composer(), write, now, skips_conflicts));
      else
        add_create(session, write, now, skips_conflicts);
      break;
    case Write::Kind::upsert:
      if (answers_of(write) > 0) failure = add(session, upsert_text(composer(), write, now));
      break;
    case Write::Kind::update:
    case Write::Kind::update_matches: return add(session, update_text(composer(), write, now, among));
    case Write::Kind::remove:
    case Write::Kind::remove_matches: return add(session, remove_text(composer(), write, now, among));
  }
  if (!failure && answers_of(write) > 1) add_lift(session, write);
  return failure;
}

void WriteStatements::add_create(Session& session, const Write& write, UnixMicros now, bool skips_conflicts) {
  const Collection& collection = *write.collection;
  const std::size_t first = has_made_up_ids(collection) ? 1 : 0;
  std::vector<const Value*> values(collection.fields.size(), nullptr);
  for (const FieldChange& change : write.changes) values[change.field] = &change.value;
  Parameters parameters;
  for (std::size_t i = first; i < values.size(); ++i) parameters.add(values[i] == nullptr ? Value(Null{}) : *values[i]);
  parameters.add(now);
  session.add(statements_.get(key(skips_conflicts ? "try" : "create", collection),
                              [&] {
                                Statement made{.text = insert_text(dialect_, collection, skips_conflicts)};
                                for (std::size_t i = first; i < values.size(); ++i)
                                  made.types.push_back(parameter_type(collection.fields[i]));
                                made.types.push_back(bigint_type);
                                return made;
                              }),
              parameters);
}

void WriteStatements::add_lift(Session& session, const Write& write) {
  Parameters parameters;
  parameters.add(id_of(write));
  session.add(statements_.get(key("lift", *write.collection),
                              [&] { return Statement{.text = lift_text(dialect_, *write.collection), .types = {}}; }),
              parameters);
}

Result<Written> WriteStatements::written(const Write& write, std::span<const ResultHandle> answers) const {
  const Collection& collection = *write.collection;
  if (answers.empty()) return Written();
  for (const ResultHandle& answer : answers)
    if (!succeeded(answer.get())) return fail(write_error(answer.get(), collection));
  const PGresult* const result = answers.front().get();
  auto changes = removes(write) ? removed(collection, result) : changed(collection, result);
  if (!changes) return fail(std::move(changes.error()));
  Written written{.changes = std::move(*changes)};
  int column = static_cast<int>(collection.fields.size()) + 1;
  for (std::size_t i = 0; i < written.changes.size(); ++i) {
    Changed& change = written.changes[i];
    const int row = static_cast<int>(i);
    change.created =
        write.kind == Write::Kind::create || (write.kind == Write::Kind::upsert && is_true(result, row, column));
    if (answers.size() < 2 || !change.created) continue;
    change.version = version_in(answers[1].get()).value_or(change.version);
    change.record->version = change.version;
  }
  if (!is_checked_along(write)) return written;
  if (write.kind == Write::Kind::upsert) ++column;
  for (int row = 0; row < PQntuples(result); ++row)
    if (!is_true(result, row, column)) written.refused = true;
  return written;
}

Result<std::vector<Changed>> WriteStatements::changed(const Collection& collection, const PGresult* result) const {
  std::vector<Changed> changes(static_cast<std::size_t>(PQntuples(result)));
  for (int row = 0; row < PQntuples(result); ++row) {
    Changed& change = changes[static_cast<std::size_t>(row)];
    Record& record = change.record.emplace();
    if (!read_record(result, row, collection, record)) return fail(damaged_record(result, row, collection));
    change.key = RecordKey(&collection, record.values.front());
    change.version = record.version;
  }
  std::ranges::sort(changes, has_lower_id);
  return changes;
}

Result<std::vector<Changed>> WriteStatements::removed(const Collection& collection, const PGresult* result) const {
  std::vector<Changed> changes(static_cast<std::size_t>(PQntuples(result)));
  const int version = static_cast<int>(collection.fields.size()) + 1;
  for (int row = 0; row < PQntuples(result); ++row) {
    Changed& change = changes[static_cast<std::size_t>(row)];
    Record& record = change.before.emplace();
    if (!read_record(result, row, collection, record)) return fail(damaged_record(result, row, collection));
    change.key = RecordKey(&collection, record.values.front());
    change.version = static_cast<Version>(integer_in(result, row, version));
  }
  std::ranges::sort(changes, has_lower_id);
  return changes;
}

Result<std::vector<Value>> WriteStatements::ids(const Collection& collection, const PGresult* result) const {
  std::vector<Value> ids(static_cast<std::size_t>(PQntuples(result)));
  for (int row = 0; row < PQntuples(result); ++row)
    if (!read_value(result, row, 0, collection.fields.front(), ids[static_cast<std::size_t>(row)]))
      return fail(sql::damaged_record(collection));
  return ids;
}

std::size_t WriteStatements::add_notifications(Session& session, std::span<const Changed> changes) {
  if (!settings_.notifies) return 0;
  std::size_t added = 0;
  std::string payload;
  const auto send = [&] {
    if (payload.empty()) return;
    Parameters parameters;
    parameters.add(Value(std::move(payload)));
    payload.clear();
    session.add(
        statements_.get(
            "notify",
            [] { return Statement{.text = std::string("SELECT pg_notify('") + channel + "', $1)", .types = {}}; }),
        parameters);
    ++added;
  };
  for (const Changed& change : changes) {
    if (!change.key.collection->cached) continue;
    const std::string id = std::holds_alternative<std::string>(change.key.id)
                               ? std::get<std::string>(change.key.id)
                               : std::to_string(std::get<std::int64_t>(change.key.id));
    const std::string line = change.key.collection->name + " " + std::to_string(change.version) + " " + id;
    if (payload.size() + 1 + line.size() > notification_bytes_max) send();
    if (!payload.empty()) payload += '\n';
    payload += line;
  }
  send();
  return added;
}

std::size_t WriteStatements::add_after_commit(Session& session) {
  return settings_.positions ? add_reading(session, statements_) : 0;
}

Measure WriteStatements::measure() const {
  return {settings_.positions ? Measure::Of::primary : Measure::Of::nothing, statements_};
}

}  // namespace banyan::postgres
