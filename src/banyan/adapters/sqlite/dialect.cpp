#include "banyan/adapters/sqlite/dialect.hpp"

#include <array>
#include <charconv>

#include "banyan/core/json_write.hpp"

namespace banyan::sqlite {
namespace {

template <typename Number>
void append_number(std::string& out, Number number) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_string(std::string& out, std::string_view text) {
  const std::size_t bytes = json_write::string_bytes(text);
  json_write::append(out, bytes, [&](char* at) { return json_write::put_string(at, text, bytes); });
}

}  // namespace

void SqliteDialect::append_placeholder(std::string& out, std::size_t number) const {
  out += '?';
  append_number(out, number);
}

void SqliteDialect::append_like(std::string& out, std::string_view column, std::size_t number, bool fold_case) const {
  out += fold_case ? "banyan_ilike(" : "banyan_like(";
  out += column;
  out += ", ";
  append_placeholder(out, number);
  out += ')';
}

void SqliteDialect::append_is(std::string& out, std::string_view column, bool value) const {
  out += column;
  out += value ? " IS 1" : " IS 0";
}

// A column that somebody else has made may compare its texts otherwise, NOCASE say.
void SqliteDialect::append_operand(std::string& out, std::string_view column, const Collection&,
                                   const Field& field) const {
  out += column;
  if (field.storage == Field::Storage::text) out += " COLLATE BINARY";
}

void SqliteDialect::append_json(std::string& out, std::string_view column, std::string_view path,
                                Term::Json kind) const {
  switch (kind) {
    case Term::Json::value: out += "banyan_json_value("; break;
    case Term::Json::text: out += "banyan_json_text("; break;
    case Term::Json::number: out += "banyan_json_number("; break;
  }
  out.append(column).append(", ").append(path).append(")");
}

std::string SqliteDialect::path_operand(std::span<const std::string> path) const {
  std::string list = "[";
  for (const std::string& step : path) {
    if (list.size() > 1) list += ',';
    append_string(list, step);
  }
  return list + "]";
}

void SqliteDialect::append_json_contains(std::string& out, std::string_view outer, std::string_view inner) const {
  out.append("banyan_json_contains(").append(outer).append(", ").append(inner).append(")");
}

void SqliteDialect::append_function(std::string& out, Term::Function function, std::string_view text) const {
  switch (function) {
    case Term::Function::none: out += text; return;
    case Term::Function::lower: out += "banyan_lower("; break;
    case Term::Function::upper: out += "banyan_upper("; break;
    case Term::Function::length: out += "banyan_length("; break;
  }
  out.append(text).append(")");
}

void SqliteDialect::append_any(std::string& out, std::string_view column, std::string_view keys) const {
  out.append(column).append(" IN (SELECT value FROM json_each(").append(keys).append("))");
}

void SqliteDialect::append_listed(std::string& out, std::string_view keys) const {
  out.append("json_each(").append(keys).append(")");
}

std::string SqliteDialect::list_operand(std::span<const Value> keys) const {
  std::string list = "[";
  for (const Value& key : keys) {
    if (list.size() > 1) list += ',';
    if (const auto* text = std::get_if<std::string>(&key)) append_string(list, *text);
    if (const auto* integer = std::get_if<std::int64_t>(&key)) append_number(list, *integer);
  }
  return list + "]";
}

void SqliteDialect::append_aggregate(std::string& out, Aggregate::Function function, std::string_view operand,
                                     const Field&) const {
  switch (function) {
    case Aggregate::Function::count: out += "count("; break;
    case Aggregate::Function::sum: out += "banyan_sum("; break;
    case Aggregate::Function::avg: out += "banyan_avg("; break;
    case Aggregate::Function::min: out += "min("; break;
    case Aggregate::Function::max: out += "max("; break;
  }
  out.append(operand).append(")");
}

void SqliteDialect::append_literal(std::string& out, const Value& value) const {
  if (const auto* text = std::get_if<std::string>(&value)) {
    out += '\'';
    for (const char c : *text) {
      if (c == '\'') out += '\'';
      out += c;
    }
    out += '\'';
  } else if (const auto* boolean = std::get_if<bool>(&value)) {
    out += *boolean ? '1' : '0';
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    append_number(out, *integer);
  } else if (const auto* number = std::get_if<double>(&value)) {
    append_number(out, *number);
  } else {
    out += "NULL";
  }
}

std::string_view SqliteDialect::id_column(IdKind kind) const {
  return kind == IdKind::integer ? "INTEGER PRIMARY KEY AUTOINCREMENT" : "TEXT PRIMARY KEY NOT NULL";
}

std::string_view SqliteDialect::column_type(const Field& field) const {
  switch (field.storage) {
    case Field::Storage::boolean:
    case Field::Storage::integer: return "INTEGER";
    case Field::Storage::number: return "REAL";
    case Field::Storage::text: return "TEXT";
  }
  return "TEXT";
}

void SqliteDialect::append_check(std::string& out, const Field& field) const {
  if (field.storage == Field::Storage::boolean) out += " CHECK (" + sql::quoted(field.name) + " IN (0, 1))";
}

}  // namespace banyan::sqlite
