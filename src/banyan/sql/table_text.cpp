#include <algorithm>
#include <cstdint>

#include "banyan/sql/schema_differences.hpp"

namespace banyan::sql {
namespace {

std::vector<std::string> columns_of(const Collection& collection, const Index& index) {
  std::vector<std::string> columns;
  for (const std::size_t field : index.fields) columns.push_back(collection.fields[field].name);
  return columns;
}

std::string references(const Schema& schema, const Field& field) {
  const Collection& target = schema.collections[field.reference_index];
  return " REFERENCES " + quoted(target.name) + " (" + quoted(target.fields.front().name) +
         ") DEFERRABLE INITIALLY DEFERRED";
}

/// FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), in hexadecimal.
std::string digest(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  std::string digits;
  for (int shift = 28; shift >= 0; shift -= 4) digits += "0123456789abcdef"[(hash >> shift) & 0xF];
  return digits;
}

/// The name with the suffix, in at most 63 bytes.
std::string bounded_name(std::string name, std::string_view suffix) {
  constexpr std::size_t bytes_max = 63;
  if (name.size() + suffix.size() > bytes_max) {
    const std::string hash = digest(name);
    name.resize(bytes_max - suffix.size() - hash.size() - 1);
    name += "." + hash;
  }
  return name.append(suffix);
}

}  // namespace

std::string index_name(std::string_view table, const std::vector<std::string>& columns, bool unique) {
  std::string name(table);
  for (const std::string& column : columns) name += "." + column;
  return bounded_name(std::move(name), unique ? ".unique" : ".index");
}

std::string index_name(const Collection& collection, const Index& index) {
  return index_name(collection.name, columns_of(collection, index), index.unique);
}

std::string reference_name(const Collection& collection, const Field& field) {
  return bounded_name(collection.name + "." + field.name, ".reference");
}

std::string required_name(const Collection& collection, const Field& field) {
  return bounded_name(collection.name + "." + field.name, ".required");
}

std::string add_reference(const Schema& schema, const Collection& collection, const Field& field) {
  return "ALTER TABLE " + quoted(collection.name) + " ADD " + foreign_key(schema, field);
}

std::string foreign_key(const Schema& schema, const Field& field) {
  return "FOREIGN KEY (" + quoted(field.name) + ")" + references(schema, field);
}

std::string column_definition(const Schema& schema, const Field& field, const Dialect& dialect, const Value& fill) {
  std::string text = quoted(field.name) + " ";
  text += dialect.column_type(field);
  if (field.required) text += " NOT NULL";
  if (!is_null(fill)) {
    text += " DEFAULT ";
    dialect.append_literal(text, fill);
  }
  dialect.append_check(text, field);
  if (field.type == FieldType::reference && dialect.refers_ahead()) text += references(schema, field);
  return text;
}

std::vector<Index> wanted_indexes(const Collection& collection) {
  std::vector<Index> indexes;
  const auto add = [&](Index index) {
    if (std::ranges::find(indexes, index) == indexes.end()) indexes.push_back(std::move(index));
  };
  for (std::size_t i = 1; i < collection.fields.size(); ++i) {
    const Field& field = collection.fields[i];
    if (field.unique)
      add({.fields = {i}, .unique = true});
    else if (field.type == FieldType::reference)
      add({.fields = {i}});
  }
  for (const Index& index : collection.indexes) add(index);
  return indexes;
}

std::string create_index(const Collection& collection, const Index& index, std::string_view beside_writers) {
  std::string columns;
  for (const std::string& column : columns_of(collection, index))
    columns += (columns.empty() ? "" : ", ") + quoted(column);
  // Orders end with the id: with it in the index, a page is read in order without sorting.
  if (!index.unique && collection.id_kind == IdKind::uuid) columns += ", " + quoted(collection.fields.front().name);
  std::string text = index.unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ";
  text += beside_writers;
  return text + "IF NOT EXISTS " + quoted(index_name(collection, index)) + " ON " + quoted(collection.name) + " (" +
         columns + ")";
}

std::string search_index_name(const Collection& collection) {
  std::string name = collection.name;
  for (const std::string& column : columns_of(collection, {.fields = collection.search})) name += "." + column;
  return bounded_name(std::move(name), ".search");
}

std::optional<std::string> create_search_index(const Collection& collection, const Dialect& dialect,
                                               std::string_view beside_writers) {
  if (collection.search.empty() || !dialect.searches()) return std::nullopt;
  std::vector<std::string> columns = columns_of(collection, {.fields = collection.search});
  for (std::string& column : columns) column = quoted(column);
  return "CREATE INDEX " + std::string(beside_writers) + "IF NOT EXISTS " + quoted(search_index_name(collection)) +
         " ON " + quoted(collection.name) + dialect.search_index(columns);
}

std::string note_statement(const Collection& collection, const Field& field, const Dialect& dialect) {
  std::string text = "INSERT INTO " + quoted(notes_table) + " (\"key\", \"value\") VALUES (";
  dialect.append_literal(text, Value("type " + collection.name + "." + field.name));
  text += ", ";
  dialect.append_literal(text, Value(std::string(to_string(field.type))));
  return text + ") ON CONFLICT (\"key\") DO UPDATE SET \"value\" = excluded.\"value\"";
}

std::vector<std::string> create_table(const Schema& schema, const Collection& collection, const Dialect& dialect) {
  const std::string& id = collection.fields.front().name;
  std::string text = "CREATE TABLE " + quoted(collection.name) + " (\n  " + quoted(id) + " ";
  text += dialect.id_column(collection.id_kind);
  for (std::size_t i = 1; i < collection.fields.size(); ++i) {
    text += ",\n  " + column_definition(schema, collection.fields[i], dialect, Null{});
  }
  text += ",\n  " + quoted(version_column) + " ";
  text += dialect.version_type();
  text += " NOT NULL DEFAULT 1\n)";
  text += dialect.table_suffix();
  std::vector<std::string> statements{std::move(text)};
  for (const Index& index : wanted_indexes(collection)) statements.push_back(create_index(collection, index));
  if (auto search = create_search_index(collection, dialect)) statements.push_back(std::move(*search));
  for (const Field& field : collection.fields) statements.push_back(note_statement(collection, field, dialect));
  for (std::string& extra : dialect.table_extras(collection)) statements.push_back(std::move(extra));
  return statements;
}

}  // namespace banyan::sql
