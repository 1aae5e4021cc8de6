#include "banyan/adapters/postgres/write_statements.hpp"

#include <algorithm>
#include <charconv>

#include "banyan/adapters/postgres/errors.hpp"
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

Oid id_type(const Collection& collection) { return parameter_type(collection.fields.front()); }

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

/// The same parameters and answer as sql::remove(); remembers the version where the id may come again.
std::string remove_text(const PostgresDialect& dialect, const Collection& collection, bool expects) {
  std::string text = sql::remove(dialect, collection, expects);
  if (has_made_up_ids(collection)) return text;
  return "WITH gone(version) AS (" + text + ") INSERT INTO \"_banyan_graves\" AS g (collection, id, version) SELECT " +
         literal(dialect, collection.name) +
         ", $2::text, version FROM gone ON CONFLICT (collection, id) DO UPDATE SET version = greatest(g.version, "
         "excluded.version), at = now() RETURNING version";
}

std::int64_t integer_in(const PGresult* result, int row, int column) {
  const std::string_view digits = text(result, row, column);
  std::int64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

}  // namespace

bool succeeded(const PGresult* result) noexcept {
  const ExecStatusType status = PQresultStatus(result);
  return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

std::optional<Version> version_in(const PGresult* result) {
  if (PQntuples(result) == 0) return std::nullopt;
  return static_cast<Version>(integer_in(result, 0, 0));
}

WriteStatements::WriteStatements(const Schema& schema, const PostgresDialect& dialect, Statements& statements,
                                 bool notifies)
    : schema_(schema),
      dialect_(dialect),
      statements_(statements),
      notifies_(notifies),
      incoming_(sql::incoming_references(schema)) {}

std::string& WriteStatements::key(const char* kind, const Collection& collection) {
  key_.assign(kind).append(" ").append(collection.name);
  return key_;
}

std::size_t WriteStatements::answers_of(const Write& write) noexcept {
  return write.kind == Write::Kind::create && !has_made_up_ids(*write.collection) ? 2 : 1;
}

void WriteStatements::add(Session& session, const Write& write, UnixMicros now, bool skips_conflicts) {
  switch (write.kind) {
    case Write::Kind::create: return add_create(session, write, now, skips_conflicts);
    case Write::Kind::update: return add_update(session, write, now);
    case Write::Kind::remove: return add_remove(session, write, now);
    default: break;
  }
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
  if (has_made_up_ids(collection)) return;
  Parameters id;
  id.add(values.front() == nullptr ? Value(Null{}) : *values.front());
  session.add(statements_.get(key("lift", collection),
                              [&] { return Statement{.text = lift_text(dialect_, collection), .types = {}}; }),
              id);
}

void WriteStatements::add_update(Session& session, const Write& write, UnixMicros now) {
  const Collection& collection = *write.collection;
  const bool expects = write.expected_version.has_value();
  Parameters parameters;
  key(expects ? "update expected" : "update", collection);
  for (const FieldChange& change : write.changes) {
    parameters.add(change.value);
    key_.append(" ").append(std::to_string(change.field));
  }
  parameters.add(now);
  parameters.add(write.id);
  if (expects) parameters.add(static_cast<std::int64_t>(*write.expected_version));
  session.add(statements_.get(key_,
                              [&] {
                                Statement made{.text = sql::update(dialect_, collection, write.changes)};
                                for (const FieldChange& change : write.changes)
                                  made.types.push_back(parameter_type(collection.fields[change.field]));
                                made.types.insert(made.types.end(), {bigint_type, id_type(collection)});
                                if (expects) {
                                  made.types.push_back(bigint_type);
                                  made.text += " AND \"_version\" = $" + std::to_string(made.types.size());
                                }
                                made.text += returning(collection);
                                return made;
                              }),
              parameters);
}

void WriteStatements::add_remove(Session& session, const Write& write, UnixMicros now) {
  const Collection& collection = *write.collection;
  const bool expects = write.expected_version.has_value();
  Parameters parameters;
  parameters.add(now);
  parameters.add(write.id);
  if (expects) parameters.add(static_cast<std::int64_t>(*write.expected_version));
  session.add(statements_.get(key(expects ? "remove expected" : "remove", collection),
                              [&] {
                                Statement made{.text = remove_text(dialect_, collection, expects),
                                               .types = {bigint_type, id_type(collection)}};
                                if (expects) made.types.push_back(bigint_type);
                                return made;
                              }),
              parameters);
}

Result<std::optional<Changed>> WriteStatements::changed(const Write& write,
                                                        std::span<const ResultHandle> answers) const {
  const Collection& collection = *write.collection;
  for (const ResultHandle& answer : answers)
    if (!succeeded(answer.get())) return fail(write_error(answer.get(), collection));
  const PGresult* const result = answers.front().get();
  if (PQntuples(result) == 0) return std::nullopt;
  Changed changed;
  if (write.kind == Write::Kind::remove) {
    changed.key = RecordKey(&collection, write.id);
    changed.version = *version_in(result);
    return changed;
  }
  Record& record = changed.record.emplace();
  if (!read_record(result, 0, collection, record)) return fail(damaged_record(result, 0, collection));
  if (answers.size() > 1) record.version = version_in(answers[1].get()).value_or(record.version);
  changed.key = RecordKey(&collection, record.values.front());
  changed.version = record.version;
  return changed;
}

void WriteStatements::add_select_version(Session& session, const RecordKey& record, bool locked) {
  Parameters parameters;
  parameters.add(record.id);
  const Collection& collection = *record.collection;
  session.add(statements_.get(key(locked ? "lock" : "version", collection),
                              [&] {
                                return Statement{
                                    .text = sql::select_version(dialect_, collection) + (locked ? " FOR UPDATE" : ""),
                                    .types = {id_type(collection)}};
                              }),
              parameters);
}

void WriteStatements::add_lock_referring(Session& session, const sql::Incoming& from, const Value& id,
                                         std::size_t rows_max) {
  const Collection& collection = *from.collection;
  const Field& field = collection.fields[from.field];
  Parameters parameters;
  parameters.add(id);
  parameters.add(static_cast<std::int64_t>(rows_max));
  key("referring", collection).append(" ").append(field.name);
  session.add(statements_.get(key_,
                              [&] {
                                const std::string own_id = sql::quoted(collection.fields.front().name);
                                return Statement{.text = "SELECT " + own_id + " FROM " + sql::quoted(collection.name) +
                                                         " WHERE " + sql::quoted(field.name) + " = $1 ORDER BY " +
                                                         own_id + " LIMIT $2 FOR UPDATE",
                                                 .types = {parameter_type(field), bigint_type}};
                              }),
              parameters);
}

void WriteStatements::add_select_referring(Session& session, const sql::Incoming& from, const Value& id) {
  const Collection& collection = *from.collection;
  const Field& field = collection.fields[from.field];
  Parameters parameters;
  parameters.add(id);
  key("refers", collection).append(" ").append(field.name);
  session.add(statements_.get(key_,
                              [&] {
                                return Statement{.text = sql::select_referring(dialect_, collection, from.field),
                                                 .types = {parameter_type(field)}};
                              }),
              parameters);
}

void WriteStatements::add_select_naming(Session& session, const sql::Check& check) {
  const Collection& collection = *check.key.collection;
  const Field& field = collection.fields[check.field];
  Parameters parameters;
  parameters.add(check.key.id);
  parameters.add(check.target);
  key("names", collection).append(" ").append(field.name);
  session.add(statements_.get(key_,
                              [&] {
                                return Statement{.text = sql::select_naming(dialect_, collection, check.field),
                                                 .types = {id_type(collection), parameter_type(field)}};
                              }),
              parameters);
}

std::size_t WriteStatements::add_notifications(Session& session, std::span<const Changed> changes) {
  if (!notifies_) return 0;
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

}  // namespace banyan::postgres
