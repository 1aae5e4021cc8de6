#include "banyan/sql/statements.hpp"

#include <initializer_list>
#include <string_view>

namespace banyan::sql {
namespace {

void append_all(std::string& out, std::initializer_list<std::string_view> parts) {
  for (const std::string_view part : parts) out += part;
}

/// `"_version" = max("_version" + 1, ?n)` without the left side.
void append_next_version(std::string& out, const Dialect& dialect, std::size_t number) {
  append_all(out, {dialect.greatest(), "(\"", version_column, "\" + 1, "});
  dialect.append_placeholder(out, number);
  out += ')';
}

void append_equals(std::string& out, const Dialect& dialect, std::string_view column, std::size_t number) {
  append_quoted(out, column);
  out += " = ";
  dialect.append_placeholder(out, number);
}

void append_any(std::string& out, const Dialect& dialect, std::string_view column, std::size_t number) {
  std::string keys;
  dialect.append_placeholder(keys, number);
  dialect.append_any(out, column, keys);
}

/// `SELECT "id", …, "_version" FROM "users" WHERE `
std::string select_where(const Collection& collection) {
  std::string text = "SELECT ";
  append_columns(text, collection);
  append_all(text, {" FROM ", quoted(collection.name), " WHERE "});
  return text;
}

/// `"id" IN (SELECT "id" FROM … WHERE "author" is one of ?1 LIMIT ?n)`
void append_some_referring(std::string& out, const Dialect& dialect, const Collection& collection, std::size_t field,
                           std::size_t limit_number) {
  const std::string id = quoted(collection.fields.front().name);
  append_all(out, {id, " IN (SELECT ", id, " FROM ", quoted(collection.name), " WHERE "});
  append_any(out, dialect, quoted(collection.fields[field].name), 1);
  out += " LIMIT ";
  dialect.append_placeholder(out, limit_number);
  out += ')';
}

}  // namespace

void append_columns(std::string& out, const Collection& collection) {
  for (const Field& field : collection.fields) {
    append_quoted(out, field.name);
    out += ", ";
  }
  append_quoted(out, version_column);
}

std::string select_by_id(const Dialect& dialect, const Collection& collection) {
  std::string text = select_where(collection);
  append_equals(text, dialect, collection.fields.front().name, 1);
  return text;
}

std::string select_by_ids(const Dialect& dialect, const Collection& collection) {
  std::string text = select_where(collection);
  append_any(text, dialect, quoted(collection.fields.front().name), 1);
  return text;
}

std::string insert(const Dialect& dialect, const Collection& collection) {
  std::string columns;
  std::string values;
  std::size_t number = 0;
  const std::size_t first = collection.id_kind == IdKind::integer ? 1 : 0;
  for (std::size_t i = first; i < collection.fields.size(); ++i) {
    append_quoted(columns, collection.fields[i].name);
    columns += ", ";
    dialect.append_placeholder(values, ++number);
    values += ", ";
  }
  append_quoted(columns, version_column);
  dialect.append_placeholder(values, ++number);
  std::string text;
  append_all(text, {"INSERT INTO ", quoted(collection.name), " (", columns, ") VALUES (", values, ")"});
  return text;
}

std::string update(const Dialect& dialect, const Collection& collection, std::span<const FieldChange> changes) {
  std::string text = "UPDATE " + quoted(collection.name) + " SET ";
  std::size_t number = 0;
  for (const FieldChange& change : changes) {
    append_equals(text, dialect, collection.fields[change.field].name, ++number);
    text += ", ";
  }
  append_quoted(text, version_column);
  text += " = ";
  append_next_version(text, dialect, ++number);
  text += " WHERE ";
  append_equals(text, dialect, collection.fields.front().name, ++number);
  return text;
}

std::string remove(const Dialect& dialect, const Collection& collection, bool expects_version) {
  std::string text = "DELETE FROM " + quoted(collection.name) + " WHERE ";
  append_equals(text, dialect, collection.fields.front().name, 2);
  if (expects_version) {
    text += " AND ";
    append_equals(text, dialect, version_column, 3);
  }
  text += " RETURNING ";
  append_next_version(text, dialect, 1);
  return text;
}

std::string select_version(const Dialect& dialect, const Collection& collection) {
  std::string text = "SELECT ";
  append_quoted(text, version_column);
  append_all(text, {" FROM ", quoted(collection.name), " WHERE "});
  append_equals(text, dialect, collection.fields.front().name, 1);
  return text;
}

std::string select_referring(const Dialect& dialect, const Collection& collection, std::size_t field) {
  std::string text = "SELECT 1 FROM " + quoted(collection.name) + " WHERE ";
  append_equals(text, dialect, collection.fields[field].name, 1);
  text += " LIMIT 1";
  return text;
}

std::string select_naming(const Dialect& dialect, const Collection& collection, std::size_t field) {
  std::string text = "SELECT 1 FROM " + quoted(collection.name) + " WHERE ";
  append_equals(text, dialect, collection.fields.front().name, 1);
  text += " AND ";
  append_equals(text, dialect, collection.fields[field].name, 2);
  return text;
}

std::string remove_referring(const Dialect& dialect, const Collection& collection, std::size_t field) {
  std::string text = "DELETE FROM " + quoted(collection.name) + " WHERE ";
  append_some_referring(text, dialect, collection, field, 3);
  append_all(text, {" RETURNING ", quoted(collection.fields.front().name), ", "});
  append_next_version(text, dialect, 2);
  return text;
}

std::string clear_referring(const Dialect& dialect, const Collection& collection, std::size_t field) {
  std::string text = "UPDATE " + quoted(collection.name) + " SET ";
  append_quoted(text, collection.fields[field].name);
  append_all(text, {" = NULL, \"", version_column, "\" = "});
  append_next_version(text, dialect, 2);
  for (const Field& other : collection.fields) {
    if (other.role != FieldRole::updated_at) continue;
    text += ", ";
    append_equals(text, dialect, other.name, 3);
  }
  text += " WHERE ";
  append_some_referring(text, dialect, collection, field, 4);
  text += " RETURNING ";
  append_columns(text, collection);
  return text;
}

}  // namespace banyan::sql
