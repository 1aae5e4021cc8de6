#include "banyan/adapters/sqlite/ties.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <string>

#include "banyan/adapters/sqlite/errors.hpp"

namespace banyan::sqlite {
namespace {

/// SQLite's names are the same whatever the case of their letters.
bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sqlite3_strnicmp(a.data(), b.data(), static_cast<int>(a.size())) == 0;
}

const Collection* collection_of(const Schema& schema, std::string_view table) {
  const auto found = std::ranges::find_if(
      schema.collections, [&](const Collection& collection) { return same_name(collection.name, table); });
  return found == schema.collections.end() ? nullptr : &*found;
}

bool is_reference(const Collection& collection, std::string_view column) {
  return std::ranges::any_of(collection.fields, [&](const Field& field) {
    return field.type == FieldType::reference && same_name(field.name, column);
  });
}

template <typename Row>
Result<void> each(Connection& connection, std::string_view query, Row&& row) {
  auto statement = connection.prepare(query);
  if (!statement) return fail(std::move(statement.error()));
  int rc = SQLITE_OK;
  while ((rc = statement->step()) == SQLITE_ROW) row(*statement);
  if (rc != SQLITE_DONE) return fail(error_from(connection.get(), rc));
  return {};
}

}  // namespace

Result<std::vector<Ties>> read_ties(Connection& connection, const Schema& schema) {
  std::vector<Ties> ties(schema.collections.size());
  auto done = each(connection,
                   "SELECT t.name, k.\"from\", k.\"table\" FROM sqlite_schema AS t, pragma_foreign_key_list(t.name) AS "
                   "k WHERE t.type = 'table'",
                   [&](Statement& row) {
                     const Collection* from = collection_of(schema, row.text(0));
                     const Collection* to = collection_of(schema, row.text(2));
                     if (from != nullptr && !is_reference(*from, row.text(1)))
                       ties[from->index].refers_beyond_config = true;
                     if (to != nullptr) ties[to->index].is_referred_to = true;
                   });
  if (done) {
    done = each(connection, "SELECT tbl_name FROM sqlite_schema WHERE type = 'trigger'", [&](Statement& row) {
      if (const Collection* table = collection_of(schema, row.text(0))) ties[table->index].has_triggers = true;
    });
  }
  if (!done) return fail(std::move(done.error()));
  return ties;
}

}  // namespace banyan::sqlite
