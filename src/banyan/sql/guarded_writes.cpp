#include "banyan/sql/guarded_writes.hpp"

#include "banyan/sql/composer.hpp"
#include "banyan/sql/statements.hpp"

namespace banyan::sql {
namespace {

std::string placeholder(const Dialect& dialect, std::size_t number) {
  std::string text;
  dialect.append_placeholder(text, number);
  return text;
}

std::string columns_of(const Collection& collection) {
  std::string text;
  append_columns(text, collection);
  return text;
}

/// `max(t0."_version" + 1, ?n)`
std::string next_version(const Dialect& dialect, std::string_view version, std::size_t number) {
  return std::string(dialect.greatest()) + "(" + std::string(version) + " + 1, " + placeholder(dialect, number) + ")";
}

/// `"name" = ?1, "age" = ?2, ` from that number on.
std::string assignments(const Dialect& dialect, const Collection& collection, std::span<const FieldChange> changes,
                        std::size_t number) {
  std::string text;
  for (const FieldChange& change : changes)
    text += quoted(collection.fields[change.field].name) + " = " + placeholder(dialect, number++) + ", ";
  return text;
}

std::string any_id(const Dialect& dialect, const Table& table, std::size_t number) {
  std::string text;
  dialect.append_any(text, table.column(0), placeholder(dialect, number));
  return text;
}

/// `UPDATE … AS t0 SET …, "_version" = … WHERE `
std::string update_where(const Dialect& dialect, const Table& table, std::span<const FieldChange> changes) {
  return "UPDATE " + table.source() + " SET " + assignments(dialect, table.collection, changes, 1) +
         quoted(version_column) + " = " + next_version(dialect, table.version(), changes.size() + 1) + " WHERE ";
}

std::string returning_deletion(const Dialect& dialect, const Collection& collection) {
  return " RETURNING " + columns_of(collection) + ", " + next_version(dialect, quoted(version_column), 1);
}

/// `t0."id" = ?n AND t0."_version" = ?n+1 AND <filter>`
void append_one(Composer& composer, const Dialect& dialect, const Table& table, std::size_t number,
                bool expects_version, const Filter& filter) {
  composer.add({table.column(0), " = ", placeholder(dialect, number)});
  if (expects_version) composer.add({" AND ", table.version(), " = ", placeholder(dialect, number + 1)});
  if (!filter.is_all()) composer.add({" AND ", composer.condition(table, filter)});
}

}  // namespace

Result<StatementText> update_if(const Dialect& dialect, const Schema& schema, const Collection& collection,
                                std::span<const FieldChange> changes, bool expects_version, const Filter& filter) {
  Composer composer(dialect, schema, changes.size() + (expects_version ? 3 : 2));
  const Table table = composer.table(collection);
  composer.add({update_where(dialect, table, changes)});
  append_one(composer, dialect, table, changes.size() + 2, expects_version, filter);
  composer.add({" RETURNING ", columns_of(collection)});
  return composer.finish();
}

Result<StatementText> remove_if(const Dialect& dialect, const Schema& schema, const Collection& collection,
                                bool expects_version, const Filter& filter) {
  Composer composer(dialect, schema, expects_version ? 3 : 2);
  const Table table = composer.table(collection);
  composer.add({"DELETE FROM ", table.source(), " WHERE "});
  append_one(composer, dialect, table, 2, expects_version, filter);
  composer.add({returning_deletion(dialect, collection)});
  return composer.finish();
}

Result<StatementText> select_matches(const Dialect& dialect, const Schema& schema, const Collection& collection,
                                     const Filter& filter, bool locked) {
  Composer composer(dialect, schema, 1);
  const Table table = composer.table(collection);
  composer.add({"SELECT ", columns_of(collection), " FROM ", table.source()}).where(table, filter);
  composer.add({" ORDER BY ", table.column(0), " LIMIT ", placeholder(dialect, 1)});
  if (locked && !dialect.row_lock().empty()) composer.add({dialect.row_lock(), " OF ", table.alias});
  return composer.finish();
}

std::string update_all(const Dialect& dialect, const Collection& collection, std::span<const FieldChange> changes) {
  const Table table{collection, "t0"};
  return update_where(dialect, table, changes) + any_id(dialect, table, changes.size() + 2) + " RETURNING " +
         columns_of(collection);
}

std::string remove_all(const Dialect& dialect, const Collection& collection) {
  const Table table{collection, "t0"};
  return "DELETE FROM " + table.source() + " WHERE " + any_id(dialect, table, 2) +
         returning_deletion(dialect, collection);
}

Result<StatementText> select_if(const Dialect& dialect, const Schema& schema, const Collection& collection,
                                const Filter& filter) {
  Composer composer(dialect, schema, 1);
  const Table table = composer.table(collection);
  composer.add({"SELECT 1 FROM ", table.source(), " WHERE "});
  append_one(composer, dialect, table, 1, false, filter);
  return composer.finish();
}

Result<StatementText> select_unfit(const Dialect& dialect, const Schema& schema, const Collection& collection,
                                   const Filter& filter) {
  Composer composer(dialect, schema, 1);
  const Table table = composer.table(collection);
  composer.add({"SELECT 1 FROM ", table.source(), " WHERE ", any_id(dialect, table, 1), " AND (",
                composer.condition(table, filter), ") IS NOT TRUE LIMIT 1"});
  return composer.finish();
}

Result<StatementText> upsert(const Dialect& dialect, const Schema& schema, const Write& write) {
  const Collection& collection = *write.collection;
  const std::size_t version = write.changes.size() + 1;
  Composer composer(dialect, schema, version + write.on_conflict.size());
  const Table table = composer.table(collection);
  composer.add({"INSERT INTO ", table.source(), " ("});
  for (const FieldChange& change : write.changes) composer.add({quoted(collection.fields[change.field].name), ", "});
  composer.add({quoted(version_column), ") VALUES ("});
  for (std::size_t i = 1; i < version; ++i) composer.add({placeholder(dialect, i), ", "});
  composer.add({placeholder(dialect, version), ") ON CONFLICT ("});
  for (const std::size_t& field : write.conflict)
    composer.add({&field == write.conflict.data() ? "" : ", ", quoted(collection.fields[field].name)});
  if (write.on_conflict.empty()) {
    composer.add({") DO NOTHING"});
  } else {
    composer.add({") DO UPDATE SET ", assignments(dialect, collection, write.on_conflict, version + 1),
                  quoted(version_column), " = ", next_version(dialect, table.version(), version)});
    composer.where(table, write.filter);
  }
  composer.add({" RETURNING ", columns_of(collection)});
  return composer.finish();
}

std::string select_by_fields(const Dialect& dialect, const Collection& collection,
                             std::span<const std::size_t> fields) {
  std::string text = "SELECT " + columns_of(collection) + " FROM " + quoted(collection.name) + " WHERE ";
  for (std::size_t i = 0; i < fields.size(); ++i)
    text += (i > 0 ? " AND " : "") + quoted(collection.fields[fields[i]].name) + " = " + placeholder(dialect, i + 1);
  return text;
}

}  // namespace banyan::sql
