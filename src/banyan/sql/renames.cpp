// The part of Comparison that finds tables and columns under the names that they had.
#include <algorithm>

#include "banyan/sql/comparison.hpp"

namespace banyan::sql {
namespace {

std::string literal(const Dialect& dialect, std::string text) {
  std::string made;
  dialect.append_literal(made, Value(std::move(text)));
  return made;
}

/// Moves the notes whose keys begin with `from`.
void move_notes(const Dialect& dialect, const std::string& from, const std::string& to, bool exactly,
                std::vector<std::string>& statements) {
  const auto meets = [&](const std::string& key) {
    if (exactly) return "\"key\" = " + literal(dialect, key);
    return "substr(\"key\", 1, " + std::to_string(key.size()) + ") = " + literal(dialect, key);
  };
  statements.push_back("DELETE FROM " + quoted(notes_table) + " WHERE " + meets(to));
  statements.push_back("UPDATE " + quoted(notes_table) + " SET \"key\" = " + literal(dialect, to) +
                       (exactly ? "" : " || substr(\"key\", " + std::to_string(from.size() + 1) + ")") + " WHERE " +
                       meets(from));
}

}  // namespace

void Comparison::find_renames() {
  for (const Collection& collection : schema_.collections) {
    const TableShape* const table = database_.find_table(collection.name);
    if (table == nullptr) {
      rename_table(collection);
      continue;
    }
    for (const Field& field : collection.fields)
      if (!field.renamed_from.empty() && table->find_column(field.name) == nullptr &&
          table->find_column(field.renamed_from) != nullptr)
        rename_column(collection, field, *table);
  }
}

void Comparison::rename_table(const Collection& collection) {
  const TableShape* const table =
      collection.renamed_from.empty() ? nullptr : database_.find_table(collection.renamed_from);
  if (table == nullptr) return;
  const std::string& from = collection.renamed_from;
  std::vector<std::string> statements{"ALTER TABLE " + quoted(from) + " RENAME TO " + quoted(collection.name)};
  rename_indexes(*table, collection.name, "", "", statements);
  if (!database_.notes.empty())
    move_notes(dialect_, "type " + from + ".", "type " + collection.name + ".", false, statements);
  for (std::string& extra : dialect_.rename_extras(from, collection.name)) statements.push_back(std::move(extra));
  blocking(collection.name, "table " + from + " is called " + collection.name + " now",
           "keep the name until no older release is running");
  plan_.differences.back().statements = std::move(statements);
  plan_.differences.back().first = true;
}

void Comparison::rename_column(const Collection& collection, const Field& field, const TableShape& table) {
  const std::string& from = field.renamed_from;
  std::vector<std::string> statements{"ALTER TABLE " + quoted(table.name) + " RENAME COLUMN " + quoted(from) + " TO " +
                                      quoted(field.name)};
  rename_indexes(table, table.name, from, field.name, statements);
  if (!database_.notes.empty())
    move_notes(dialect_, "type " + table.name + "." + from, "type " + table.name + "." + field.name, true, statements);
  blocking(collection.name, "column " + table.name + "." + from + " is called " + field.name + " now",
           "keep the name until no older release is running");
  plan_.differences.back().statements = std::move(statements);
  plan_.differences.back().first = true;
}

// Those that Banyan has named: a name that stays would be in the way of the next field that is called so.
void Comparison::rename_indexes(const TableShape& table, const std::string& to_table, const std::string& from_column,
                                const std::string& to_column, std::vector<std::string>& statements) const {
  for (const IndexShape& index : table.indexes) {
    std::vector<std::string> columns = index.columns;
    if (index.name != index_name(table.name, columns, index.unique) && !columns.empty()) columns.pop_back();
    if (index.name != index_name(table.name, columns, index.unique)) continue;
    std::ranges::replace(columns, from_column, to_column);
    const std::string name = index_name(to_table, columns, index.unique);
    if (name != index.name) statements.push_back(dialect_.rename_index(index.name, name));
  }
}

}  // namespace banyan::sql
