#include "banyan/adapters/sqlite/schema_reader.hpp"

#include <algorithm>
#include <cctype>

#include "banyan/adapters/sqlite/errors.hpp"
#include "banyan/sql/dialect.hpp"

namespace banyan::sqlite {
namespace {

/// Calls `row(statement)` for each row that the query answers.
template <typename Row>
Result<void> each(Connection& connection, std::string_view query, std::string_view argument, Row&& row) {
  auto statement = connection.prepare(query);
  if (!statement) return fail(std::move(statement.error()));
  if (sqlite3_bind_parameter_count(statement->get()) > 0) statement->bind(1, argument);
  int rc = SQLITE_OK;
  while ((rc = statement->step()) == SQLITE_ROW) row(*statement);
  if (rc != SQLITE_DONE) return fail(error_from(connection.get(), rc));
  return {};
}

std::string upper(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return result == "INT" ? "INTEGER" : result;
}

Result<void> read_columns(Connection& connection, sql::TableShape& table) {
  return each(connection, "SELECT name, type, \"notnull\", dflt_value IS NOT NULL, pk FROM pragma_table_info(?1)",
              table.name, [&](Statement& row) {
                table.columns.push_back({.name = std::string(row.text(0)),
                                         .type = upper(row.text(1)),
                                         .not_null = row.integer(2) != 0,
                                         .has_default = row.integer(3) != 0,
                                         .primary_key = row.integer(4) == 1});
              });
}

Result<void> read_indexes(Connection& connection, sql::TableShape& table) {
  auto done = each(connection, "SELECT name, \"unique\", partial FROM pragma_index_list(?1) WHERE origin <> 'pk'",
                   table.name, [&](Statement& row) {
                     table.indexes.push_back({.name = std::string(row.text(0)),
                                              .columns = {},
                                              .unique = row.integer(1) != 0,
                                              .plain = row.integer(2) == 0});
                   });
  for (std::size_t i = 0; done && i < table.indexes.size(); ++i) {
    sql::IndexShape& index = table.indexes[i];
    done = each(connection, "SELECT name, coll, \"desc\" FROM pragma_index_xinfo(?1) WHERE key ORDER BY seqno",
                index.name, [&](Statement& row) {
                  index.columns.emplace_back(row.text(0));
                  if (row.text(1) != "BINARY" || row.text(0).empty()) index.plain = false;
                });
  }
  return done;
}

Result<void> read_foreign_keys(Connection& connection, sql::TableShape& table) {
  return each(connection,
              "SELECT min(\"from\"), \"table\", max(on_update NOT IN ('NO ACTION', 'RESTRICT') OR on_delete NOT IN "
              "('NO ACTION', 'RESTRICT')), count(*) FROM pragma_foreign_key_list(?1) GROUP BY id, \"table\"",
              table.name, [&](Statement& row) {
                table.foreign_keys.push_back({.column = row.integer(3) == 1 ? std::string(row.text(0)) : std::string(),
                                              .to_table = std::string(row.text(1)),
                                              .acts = row.integer(2) != 0});
              });
}

}  // namespace

Result<sql::DatabaseShape> read_shape(Connection& connection) {
  sql::DatabaseShape shape;
  bool has_notes = false;
  auto done = each(connection,
                   "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
                   "ORDER BY name",
                   "", [&](Statement& row) {
                     if (row.text(0) == sql::notes_table)
                       has_notes = true;
                     else
                       shape.tables.push_back({.name = std::string(row.text(0))});
                   });
  if (done && has_notes) {
    done = each(connection, "SELECT \"key\", \"value\" FROM \"_banyan\"", "",
                [&](Statement& row) { shape.notes.emplace(row.text(0), row.text(1)); });
  }
  for (std::size_t i = 0; done && i < shape.tables.size(); ++i) {
    done = read_columns(connection, shape.tables[i]);
    if (done) done = read_indexes(connection, shape.tables[i]);
    if (done) done = read_foreign_keys(connection, shape.tables[i]);
  }
  if (!done) return fail(std::move(done.error()));
  return shape;
}

Result<bool> SqliteProbe::has_rows(const std::string& table) {
  auto found = connection_.query_integer("SELECT EXISTS (SELECT 1 FROM " + sql::quoted(table) + ")");
  if (!found) return fail(std::move(found.error()));
  return *found != 0;
}

Result<std::optional<std::string>> SqliteProbe::row_without_value(const std::string& table, const std::string& column) {
  std::optional<std::string> id;
  auto done = each(connection_,
                   "SELECT \"id\" FROM " + sql::quoted(table) + " WHERE " + sql::quoted(column) + " IS NULL LIMIT 1",
                   "", [&](Statement& row) { id = std::string(row.text(0)); });
  if (!done) return fail(std::move(done.error()));
  return id;
}

Result<std::optional<std::string>> SqliteProbe::duplicate(const std::string& table,
                                                          const std::vector<std::string>& columns) {
  std::string list;
  std::string present;
  for (const std::string& column : columns) {
    list += (list.empty() ? "" : ", ") + sql::quoted(column);
    present += (present.empty() ? "" : " AND ") + sql::quoted(column) + " IS NOT NULL";
  }
  std::optional<std::string> values;
  auto done = each(connection_,
                   "SELECT " + list + " FROM " + sql::quoted(table) + " WHERE " + present + " GROUP BY " + list +
                       " HAVING count(*) > 1 LIMIT 1",
                   "", [&](Statement& row) {
                     values.emplace();
                     for (std::size_t i = 0; i < columns.size(); ++i) {
                       *values +=
                           (i > 0 ? ", " : "") + columns[i] + " '" + std::string(row.text(static_cast<int>(i))) + "'";
                     }
                   });
  if (!done) return fail(std::move(done.error()));
  return values;
}

}  // namespace banyan::sqlite
