#include "banyan/adapters/sqlite/dialect.hpp"

#include <array>
#include <charconv>

namespace banyan::sqlite {
namespace {

template <typename Number>
void append_number(std::string& out, Number number) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
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
