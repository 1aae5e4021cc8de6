#include "banyan/adapters/postgres/schema_reader.hpp"

#include <algorithm>

#include "banyan/adapters/postgres/triggers.hpp"
#include "banyan/sql/dialect.hpp"

namespace banyan::postgres {
namespace {

// https://www.postgresql.org/docs/15/catalogs.html
constexpr const char* tables_query = R"(
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
ORDER BY c.relname)";

constexpr const char* columns_query = R"(
SELECT c.relname, a.attname,
  CASE WHEN t.typtype = 'e' THEN 'enum ' || t.typname ELSE format_type(a.atttypid, a.atttypmod) END ||
    CASE WHEN a.attcollation <> 0 AND a.attcollation <> t.typcollation
      THEN ' COLLATE "' || (SELECT l.collname FROM pg_collation l WHERE l.oid = a.attcollation) || '"' ELSE '' END ||
    CASE WHEN a.attgenerated <> '' THEN ' GENERATED' ELSE '' END,
  a.attnotnull, a.atthasdef OR a.attidentity <> '',
  EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND i.indnkeyatts = 1
    AND i.indkey[0] = a.attnum)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY c.relname, a.attnum)";

constexpr const char* indexes_query = R"(
SELECT c.relname, n.relname, i.indisunique,
  i.indpred IS NULL AND i.indexprs IS NULL AND i.indisvalid AND m.amname = 'btree',
  (SELECT string_agg(quote_ident(a.attname), ',' ORDER BY k.place)
   FROM unnest(i.indkey[0:i.indnkeyatts - 1]) WITH ORDINALITY AS k(attnum, place)
   JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum)
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class n ON n.oid = i.indexrelid
  JOIN pg_am m ON m.oid = n.relam
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT i.indisprimary
  AND i.indisvalid
ORDER BY c.relname, n.relname)";

constexpr const char* foreign_keys_query = R"(
SELECT c.relname, CASE WHEN array_length(k.conkey, 1) = 1 THEN
    (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = k.conkey[1]) ELSE '' END,
  CASE WHEN t.relnamespace = c.relnamespace THEN t.relname ELSE t.relnamespace::regnamespace || '.' || t.relname END,
  k.confdeltype NOT IN ('a', 'r'), k.conname, k.convalidated,
  (SELECT a.attname = 'id' FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum = k.confkey[1])
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid
WHERE c.relnamespace = current_schema()::regnamespace AND k.contype = 'f' AND NOT c.relispartition
  AND k.conparentid = 0
ORDER BY c.relname, k.conname)";

constexpr const char* triggers_query = R"(
SELECT c.relname, count(*)
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = current_schema()::regnamespace AND NOT c.relispartition
  AND t.tgname IN ('_banyan_version', '_banyan_tell', '_banyan_tell_all') AND t.tgenabled IN ('O', 'A')
GROUP BY c.relname)";

template <typename Row>
Result<void> each(Connection& connection, const char* query, Row&& row) {
  auto result = connection.query(query);
  if (!result) return fail(std::move(result.error()));
  for (int i = 0; i < PQntuples(result->get()); ++i) row(result->get(), i);
  return {};
}

std::string string_in(const PGresult* result, int row, int column) { return std::string(text(result, row, column)); }
bool flag_in(const PGresult* result, int row, int column) { return text(result, row, column) == "t"; }

class ShapeReader {
 public:
  explicit ShapeReader(Connection& connection) : connection_(connection) {}

  Result<sql::DatabaseShape> read() {
    auto done = each(connection_, tables_query, [&](const PGresult* result, int row) { take_table(result, row); });
    if (done) done = each(connection_, columns_query, [&](const PGresult* r, int row) { take_column(r, row); });
    if (done) done = each(connection_, indexes_query, [&](const PGresult* r, int row) { take_index(r, row); });
    if (done) done = each(connection_, foreign_keys_query, [&](const PGresult* r, int row) { take_key(r, row); });
    if (done) done = each(connection_, triggers_query, [&](const PGresult* r, int row) { take_triggers(r, row); });
    if (done && has_notes_) {
      done = each(connection_, "SELECT \"key\", \"value\" FROM \"_banyan\"", [&](const PGresult* result, int row) {
        shape_.notes.emplace(text(result, row, 0), text(result, row, 1));
      });
    }
    if (!done) return fail(std::move(done.error()));
    return std::move(shape_);
  }

 private:
  sql::TableShape* table(const PGresult* result, int row) {
    const auto found = std::ranges::find(shape_.tables, text(result, row, 0), &sql::TableShape::name);
    return found == shape_.tables.end() ? nullptr : &*found;
  }

  void take_table(const PGresult* result, int row) {
    const std::string_view name = text(result, row, 0);
    if (name == sql::notes_table) has_notes_ = true;
    if (!name.starts_with(sql::notes_table)) shape_.tables.push_back({.name = std::string(name)});
  }

  void take_column(const PGresult* result, int row) {
    if (sql::TableShape* const of = table(result, row)) {
      of->columns.push_back({.name = string_in(result, row, 1),
                             .type = string_in(result, row, 2),
                             .not_null = flag_in(result, row, 3),
                             .has_default = flag_in(result, row, 4),
                             .primary_key = flag_in(result, row, 5)});
    }
  }

  void take_index(const PGresult* result, int row) {
    sql::TableShape* const of = table(result, row);
    if (of == nullptr) return;
    sql::IndexShape index{.name = string_in(result, row, 1),
                          .columns = {},
                          .unique = flag_in(result, row, 2),
                          .plain = flag_in(result, row, 3)};
    index.columns = names_in(text(result, row, 4));
    of->indexes.push_back(std::move(index));
  }

  void take_key(const PGresult* result, int row) {
    if (sql::TableShape* const of = table(result, row)) {
      of->foreign_keys.push_back({.name = string_in(result, row, 4),
                                  .column = string_in(result, row, 1),
                                  .to_table = string_in(result, row, 2),
                                  .acts = flag_in(result, row, 3),
                                  .to_id = flag_in(result, row, 6),
                                  .validated = flag_in(result, row, 5)});
    }
  }

  void take_triggers(const PGresult* result, int row) {
    if (sql::TableShape* const of = table(result, row))
      of->tells_changes = text(result, row, 1) == std::to_string(triggers_of_a_table);
  }

  /// Of `a,"B c",d`, as quote_ident() writes names.
  static std::vector<std::string> names_in(std::string_view list) {
    std::vector<std::string> names;
    std::string name;
    bool quoted = false;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const char c = list[i];
      if (c == '"' && quoted && i + 1 < list.size() && list[i + 1] == '"') {
        name += list[++i];
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        names.push_back(std::exchange(name, {}));
      } else {
        name += c;
      }
    }
    if (!name.empty()) names.push_back(std::move(name));
    return names;
  }

  Connection& connection_;
  sql::DatabaseShape shape_;
  bool has_notes_ = false;
};

}  // namespace

Result<sql::DatabaseShape> read_shape(Connection& connection) { return ShapeReader(connection).read(); }

Result<bool> PostgresProbe::has_rows(const std::string& table) {
  auto found = connection_.query("SELECT EXISTS (SELECT 1 FROM " + sql::quoted(table) + ")");
  if (!found) return fail(std::move(found.error()));
  return flag_in(found->get(), 0, 0);
}

Result<std::optional<std::string>> PostgresProbe::row_without_value(const std::string& table,
                                                                    const std::string& column) {
  return row_where(table, sql::quoted(column) + " IS NULL");
}

Result<std::optional<std::string>> PostgresProbe::row_where(const std::string& table, const std::string& condition) {
  auto found = connection_.query("SELECT \"id\"::text FROM " + sql::quoted(table) + " WHERE " + condition + " LIMIT 1");
  if (!found) return fail(std::move(found.error()));
  if (PQntuples(found->get()) == 0) return std::optional<std::string>();
  return std::optional(string_in(found->get(), 0, 0));
}

Result<std::optional<std::string>> PostgresProbe::duplicate(const std::string& table,
                                                            const std::vector<std::string>& columns) {
  std::string list;
  std::string present;
  for (const std::string& column : columns) {
    list += (list.empty() ? "" : ", ") + sql::quoted(column);
    present += (present.empty() ? "" : " AND ") + sql::quoted(column) + " IS NOT NULL";
  }
  auto found = connection_.query("SELECT " + list + " FROM " + sql::quoted(table) + " WHERE " + present + " GROUP BY " +
                                 list + " HAVING count(*) > 1 LIMIT 1");
  if (!found) return fail(std::move(found.error()));
  if (PQntuples(found->get()) == 0) return std::optional<std::string>();
  std::string values;
  for (std::size_t i = 0; i < columns.size(); ++i)
    values += (i > 0 ? ", " : "") + columns[i] + " '" + string_in(found->get(), 0, static_cast<int>(i)) + "'";
  return std::optional(std::move(values));
}

}  // namespace banyan::postgres
