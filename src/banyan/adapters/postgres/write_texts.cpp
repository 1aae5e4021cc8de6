#include "banyan/adapters/postgres/write_texts.hpp"

#include <algorithm>
#include <functional>

#include "banyan/sql/statements.hpp"

namespace banyan::postgres {
namespace {

using sql::Composer;
using sql::ParameterType;
using sql::quoted;
using sql::Table;

std::string columns_of(const Collection& collection) {
  std::string text;
  sql::append_columns(text, collection);
  return text;
}

/// What the write sets the field to; nothing where that is null.
const Value* given(const Write& write, std::size_t field) {
  const auto found = std::ranges::find(write.changes, field, &FieldChange::field);
  return found == write.changes.end() || is_null(found->value) ? nullptr : &found->value;
}

std::string value_of(Composer& composer, const Field& field, const Value& value) {
  return composer.parameter(value, sql::parameter_type(field.storage));
}

std::string next_version(Composer& composer, const Table& table, UnixMicros now) {
  return "greatest(" + table.version() + " + 1, " + composer.own_integer(now) + ")";
}

/// `"name" = $1, …, "_version" = …`
std::string assignments(Composer& composer, const Table& table, const std::vector<FieldChange>& changes,
                        UnixMicros now) {
  std::string text;
  for (const FieldChange& change : changes) {
    const Field& field = table.collection.fields[change.field];
    text += quoted(field.name) + " = " + value_of(composer, field, change.value) + ", ";
  }
  return text + quoted(sql::version_column) + " = " + next_version(composer, table, now);
}

std::string matching(Composer& composer, const Write& write, std::string_view lock, const std::vector<Value>* among) {
  const Table table = composer.table(*write.collection);
  std::string text = "SELECT " + table.column(0) + " FROM " + table.source();
  if (among != nullptr)
    text += " WHERE " + composer.any_of(table.column(0), *among, write.collection->fields.front().storage);
  if (!write.filter.is_all())
    text += (among != nullptr ? " AND (" : " WHERE (") + composer.condition(table, write.filter) + ")";
  text += " ORDER BY " + table.column(0) + " LIMIT " +
          composer.own_integer(static_cast<std::int64_t>(write.matches_max) + 1);
  return text.append(lock);
}

/// Of the records that the write means. The ids of many are gathered first: in an order that is everybody's, so that
/// two such writes wait for each other once at most, and never more than there may be.
std::string which(Composer& composer, const Table& table, const Write& write, std::string_view lock,
                  const std::vector<Value>* among) {
  if (is_of_matches(write)) return table.column(0) + " = ANY (ARRAY(" + matching(composer, write, lock, among) + "))";
  std::string text = table.column(0) + " = " + value_of(composer, write.collection->fields.front(), write.id);
  if (write.expected_version)
    text +=
        " AND " + table.version() + " = " + composer.own_integer(static_cast<std::int64_t>(*write.expected_version));
  if (!write.filter.is_all()) text += " AND (" + composer.condition(table, write.filter) + ")";
  if (has_checks(write) && is_checked_before(write)) text += " AND (" + composer.condition(table, write.check) + ")";
  return text;
}

std::string holds(Composer& composer, const Table& table, const Filter& check) {
  return "(" + composer.condition(table, check) + ") IS TRUE";
}

/// ` RETURNING "id", …, "_version"`
std::string returning(const Collection& collection) { return " RETURNING " + columns_of(collection); }

/// `INSERT INTO … VALUES (…)`: what is not given is null; an integer id the database makes.
std::string insertion(Composer& composer, const Table& table, const Write& write, UnixMicros now) {
  const std::vector<Field>& fields = table.collection.fields;
  std::vector<const Value*> values(fields.size(), nullptr);
  for (const FieldChange& change : write.changes) values[change.field] = &change.value;
  std::string names;
  std::string places;
  const bool makes_id = table.collection.id_kind == IdKind::integer && (values[0] == nullptr || is_null(*values[0]));
  for (std::size_t i = makes_id ? 1 : 0; i < fields.size(); ++i) {
    names += quoted(fields[i].name) + ", ";
    places += values[i] == nullptr ? "NULL, " : value_of(composer, fields[i], *values[i]) + ", ";
  }
  return "INSERT INTO " + table.source() + " (" + names + quoted(sql::version_column) + ") VALUES (" + places +
         composer.own_integer(now) + ")";
}

std::string deletion(Composer& composer, const Table& table, const std::string& where, UnixMicros now) {
  return "DELETE FROM " + table.source() + " WHERE " + where + returning(table.collection) + ", " +
         next_version(composer, table, now) + " AS \"_next\"";
}

/// What is deleted is remembered where its id may come again.
std::string remembering(const Collection& collection, const std::string& deletion) {
  if (collection.id_kind == IdKind::integer) return deletion;
  const std::string id = quoted(collection.fields.front().name);
  return "WITH \"_gone\" AS (" + deletion +
         "), \"_kept\" AS (INSERT INTO \"_banyan_graves\" AS g (collection, id, version) SELECT '" + collection.name +
         "', " + id +
         "::text, \"_next\" FROM \"_gone\" ON CONFLICT (collection, id) DO UPDATE SET version = greatest(g.version, "
         "excluded.version), at = now() RETURNING g.id AS \"_id\", g.version AS \"_last\") SELECT " +
         columns_of(collection) + ", \"_last\" FROM \"_gone\" JOIN \"_kept\" ON \"_id\" = " + id + "::text";
}

/// Of the record that the upsert meets.
std::string meeting(Composer& composer, const Table& table, const Write& write) {
  // First of all: a parameter that then stands nowhere has no type.
  if (std::ranges::any_of(write.conflict, [&](std::size_t field) { return given(write, field) == nullptr; }))
    return "FALSE";
  std::string text;
  for (const std::size_t field : write.conflict) {
    const Value* const value = given(write, field);
    text += (text.empty() ? "" : " AND ") + table.column(field) + " = " +
            value_of(composer, table.collection.fields[field], *value);
  }
  return text;
}

bool sets_unique(const Collection& collection, const std::vector<FieldChange>& changes) {
  return std::ranges::any_of(changes, [&](const FieldChange& change) {
    return collection.fields[change.field].unique || std::ranges::any_of(collection.indexes, [&](const Index& index) {
             return index.unique && std::ranges::find(index.fields, change.field) != index.fields.end();
           });
  });
}

/// As strong as the write itself takes it later on.
std::string_view lock_of(const Write& write) {
  const bool upserts = write.kind == Write::Kind::upsert;
  return removes(write) || sets_unique(*write.collection, upserts ? write.on_conflict : write.changes)
             ? " FOR UPDATE"
             : " FOR NO KEY UPDATE";
}

/// Of the one record that the write names, or an upsert meets.
std::string meant(Composer& composer, const Table& table, const Write& write) {
  if (write.kind == Write::Kind::upsert) return meeting(composer, table, write);
  return table.column(0) + " = " + value_of(composer, table.collection.fields.front(), write.id);
}

bool is_related(const Filter& filter) noexcept {
  return filter.kind == Filter::Kind::related || std::ranges::any_of(filter.children, is_related);
}

bool looks_at(const Filter& filter, const Collection& collection) noexcept {
  if (filter.kind == Filter::Kind::related &&
      (filter.relation.target == &collection || filter.relation.through == &collection))
    return true;
  return std::ranges::any_of(filter.children, [&](const Filter& child) { return looks_at(child, collection); });
}

bool checks_own_collection(const Write& write) noexcept {
  return looks_at(write.check, *write.collection) || looks_at(write.conflict_check, *write.collection);
}
bool checks_others(const Write& write) noexcept { return is_related(write.check) || is_related(write.conflict_check); }

/// Whether it may make a record once another transaction has given up a value that no two may have.
bool makes_after_a_wait(const Write& write) {
  const bool makes = write.kind == Write::Kind::create || write.kind == Write::Kind::upsert;
  return makes && (write.collection->id_kind == IdKind::uuid || may_collide(write));
}

/// Whether the filter looks at one of these fields, or at other records, or at words.
bool looks_at(const Filter& filter, const std::function<bool(std::size_t)>& field) {
  if (filter.kind == Filter::Kind::related || filter.op == CompareOp::search) return true;
  if (filter.kind == Filter::Kind::comparison)
    return field(filter.term.field) || (filter.other && field(filter.other->field));
  return std::ranges::any_of(filter.children, [&](const Filter& child) { return looks_at(child, field); });
}

}  // namespace

bool may_collide(const Write& write) { return sets_unique(*write.collection, write.changes); }

bool is_checked_before(const Write& write) {
  if (write.kind == Write::Kind::update)
    return !may_collide(write) && !looks_at(write.check, [&](std::size_t field) {
      return std::ranges::find(write.changes, field, &FieldChange::field) != write.changes.end();
    });
  const bool is_id_known = write.collection->id_kind == IdKind::uuid;
  if (write.kind != Write::Kind::create ||
      looks_at(write.check, [&](std::size_t field) { return field == 0 && !is_id_known; }))
    return false;
  Record record{.version = 0, .values = std::vector<Value>(write.collection->fields.size())};
  for (const FieldChange& change : write.changes) record.values[change.field] = change.value;
  return matches(write.check, record);
}

bool names_integer_id(const Write& write) noexcept {
  return write.kind == Write::Kind::upsert && write.collection->id_kind == IdKind::integer &&
         given(write, 0) != nullptr;
}

bool asks_others(const Write& write) noexcept {
  const bool changes_nothing = write.kind == Write::Kind::upsert && write.on_conflict.empty();
  if (write.kind == Write::Kind::create || changes_nothing) return false;
  return is_related(write.filter) || is_related(write.check) || is_related(write.conflict_check);
}

bool is_of_matches(const Write& write) noexcept {
  return write.kind == Write::Kind::update_matches || write.kind == Write::Kind::remove_matches;
}

bool removes(const Write& write) noexcept {
  return write.kind == Write::Kind::remove || write.kind == Write::Kind::remove_matches;
}

bool has_checks(const Write& write) noexcept {
  return !write.check.is_all() || (write.kind == Write::Kind::upsert && !write.conflict_check.is_all());
}

bool is_checked_along(const Write& write) {
  return has_checks(write) && !checks_own_collection(write) && !(makes_after_a_wait(write) && checks_others(write));
}

bool is_checked_next(const Write& write) {
  return write.kind == Write::Kind::create && given(write, 0) != nullptr && has_checks(write) &&
         !is_checked_along(write);
}

bool merges_apart(const Write& write) noexcept {
  return write.kind == Write::Kind::upsert && asks_others(write) && !names_integer_id(write);
}

Result<sql::StatementText> create_text(sql::Composer composer, const Write& write, UnixMicros now,
                                       bool skips_conflicts) {
  const Table table = composer.table(*write.collection);
  composer.add({insertion(composer, table, write, now), skips_conflicts ? " ON CONFLICT DO NOTHING" : "",
                returning(table.collection)});
  if (is_checked_along(write)) composer.add({", ", holds(composer, table, write.check)});
  return composer.finish();
}

Result<sql::StatementText> update_text(sql::Composer composer, const Write& write, UnixMicros now,
                                       const std::vector<Value>* among) {
  const Table table = composer.table(*write.collection);
  composer.add({"UPDATE ", table.source(), " SET ", assignments(composer, table, write.changes, now), " WHERE ",
                which(composer, table, write, " FOR NO KEY UPDATE", among), returning(table.collection)});
  if (is_checked_along(write)) composer.add({", ", holds(composer, table, write.check)});
  return composer.finish();
}

Result<sql::StatementText> update_met_text(sql::Composer composer, const Write& write, UnixMicros now) {
  const Table table = composer.table(*write.collection);
  composer.add({"UPDATE ", table.source(), " SET ", assignments(composer, table, write.on_conflict, now), " WHERE ",
                meeting(composer, table, write)});
  if (!write.filter.is_all()) composer.add({" AND (", composer.condition(table, write.filter), ")"});
  composer.add({returning(table.collection), ", FALSE"});
  if (is_checked_along(write)) composer.add({", ", holds(composer, table, write.conflict_check)});
  return composer.finish();
}

// A row that was there already has been locked by this transaction, which xmax tells.
Result<sql::StatementText> upsert_text(sql::Composer composer, const Write& write, UnixMicros now) {
  if (names_integer_id(write)) return update_met_text(std::move(composer), write, now);
  const Table table = composer.table(*write.collection);
  std::string target;
  for (const std::size_t field : write.conflict)
    target += (target.empty() ? "" : ", ") + quoted(table.collection.fields[field].name);
  composer.add({insertion(composer, table, write, now), " ON CONFLICT (", target, ") DO "});
  if (write.on_conflict.empty()) {
    composer.add({"NOTHING"});
  } else {
    composer.add({"UPDATE SET ", assignments(composer, table, write.on_conflict, now)});
    composer.where(table, write.filter);
  }
  const std::string is_new = table.alias + ".xmax = 0";
  composer.add({returning(table.collection), ", ", is_new});
  if (is_checked_along(write))
    composer.add({", CASE WHEN ", is_new, " THEN ", holds(composer, table, write.check), " ELSE ",
                  holds(composer, table, write.conflict_check), " END"});
  return composer.finish();
}

Result<sql::StatementText> remove_text(sql::Composer composer, const Write& write, UnixMicros now,
                                       const std::vector<Value>* among) {
  const Table table = composer.table(*write.collection);
  const std::string where = which(composer, table, write, " FOR UPDATE", among);
  composer.add({remembering(table.collection, deletion(composer, table, where, now))});
  return composer.finish();
}

Result<sql::StatementText> remove_text(sql::Composer composer, const Collection& collection,
                                       const std::vector<Value>& ids, UnixMicros now) {
  const Table table = composer.table(collection);
  const std::string where = composer.any_of(table.column(0), ids, collection.fields.front().storage);
  composer.add({remembering(collection, deletion(composer, table, where, now))});
  return composer.finish();
}

Result<sql::StatementText> lock_matches_text(sql::Composer composer, const Write& write,
                                             const std::vector<Value>* among) {
  composer.add({matching(composer, write, lock_of(write), among)});
  return composer.finish();
}

Result<sql::StatementText> lock_text(sql::Composer composer, const Write& write) {
  const Table table = composer.table(*write.collection);
  composer.add({"SELECT FROM ", table.source(), " WHERE ", meant(composer, table, write), lock_of(write)});
  return composer.finish();
}

Result<sql::StatementText> look_text(sql::Composer composer, const Write& write, bool locked) {
  const Table table = composer.table(*write.collection);
  composer.add({"SELECT ", table.version(), ", ", holds(composer, table, write.filter), " FROM ", table.source(),
                " WHERE ", meant(composer, table, write)});
  if (locked) composer.add({" FOR UPDATE"});
  return composer.finish();
}

Result<sql::StatementText> check_text(sql::Composer composer, const Write& write) {
  return count_text(std::move(composer), *write.collection, {*given(write, 0)}, write.check);
}

Result<sql::StatementText> count_text(sql::Composer composer, const Collection& collection,
                                      const std::vector<Value>& ids, const Filter& filter) {
  const Table table = composer.table(collection);
  composer.add({"SELECT count(*) FROM ", table.source(), " WHERE ",
                composer.any_of(table.column(0), ids, collection.fields.front().storage), " AND (",
                composer.condition(table, filter), ")"});
  return composer.finish();
}

}  // namespace banyan::postgres
