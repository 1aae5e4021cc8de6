#include "banyan/sql/dialect.hpp"

namespace banyan::sql {

void append_quoted(std::string& out, std::string_view name) {
  out += '"';
  for (const char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void Dialect::append_operand(std::string& out, std::string_view column, const Collection&, const Field&) const {
  out += column;
}

// It is made again where the config wants it.
std::string Dialect::rename_index(std::string_view from, std::string_view) const {
  return "DROP INDEX IF EXISTS " + quoted(from);
}

std::string quoted(std::string_view name) {
  std::string text;
  append_quoted(text, name);
  return text;
}

}  // namespace banyan::sql
