#include "banyan/adapters/postgres/pull_catalog.hpp"

#include "banyan/adapters/postgres/schema_reader.hpp"

namespace banyan::postgres {
namespace {

constexpr const char* others_query = R"(
SELECT relname, CASE relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'foreign table' END
FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('v', 'm', 'f')
ORDER BY relname)";

constexpr const char* defaults_query = R"(
SELECT c.relname, a.attname, coalesce(pg_get_expr(d.adbin, d.adrelid), ''), a.attidentity <> ''
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0
  AND NOT a.attisdropped AND (a.attidentity <> '' OR d.oid IS NOT NULL))";

constexpr const char* enums_query = R"(
SELECT t.typname, e.enumlabel FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid
ORDER BY t.typname, e.enumsortorder)";

constexpr const char* constraints_query = R"(
SELECT c.relname, k.conname, k.contype, k.confdeltype, CASE WHEN array_length(k.conkey, 1) = 1 THEN
    (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = k.conkey[1]) ELSE '' END,
  pg_get_constraintdef(k.oid)
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE c.relnamespace = current_schema()::regnamespace AND k.contype IN ('c', 'f')
ORDER BY c.relname, k.conname)";

std::string string_in(const PGresult* result, int row, int column) { return std::string(text(result, row, column)); }

template <typename Row>
Result<void> each(Connection& connection, const char* query, Row&& row) {
  auto result = connection.query(query);
  if (!result) return fail(std::move(result.error()));
  for (int i = 0; i < PQntuples(result->get()); ++i) row(result->get(), i);
  return {};
}

}  // namespace

Result<PullCatalog> read_catalog(Connection& connection) {
  auto shape = read_shape(connection);
  if (!shape) return fail(std::move(shape.error()));
  PullCatalog catalog{.shape = std::move(*shape)};
  auto done = each(connection, others_query, [&](const PGresult* result, int row) {
    catalog.others.emplace_back(string_in(result, row, 0), string_in(result, row, 1));
  });
  if (done)
    done = each(connection, defaults_query, [&](const PGresult* result, int row) {
      const PullCatalog::Place place(string_in(result, row, 0), string_in(result, row, 1));
      if (text(result, row, 3) == "t")
        catalog.identities.insert(place);
      else
        catalog.defaults.emplace(place, text(result, row, 2));
    });
  if (done)
    done = each(connection, enums_query, [&](const PGresult* result, int row) {
      catalog.enums[string_in(result, row, 0)].push_back(string_in(result, row, 1));
    });
  if (done)
    done = each(connection, constraints_query, [&](const PGresult* result, int row) {
      const std::string table = string_in(result, row, 0);
      if (text(result, row, 2) == "c")
        catalog.checks[table].push_back({string_in(result, row, 4), string_in(result, row, 5)});
      else
        catalog.deletions.emplace(PullCatalog::Place(table, string_in(result, row, 1)), text(result, row, 3).front());
    });
  if (!done) return fail(std::move(done.error()));
  return catalog;
}

}  // namespace banyan::postgres
