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

std::string quoted(std::string_view name) {
  std::string text;
  append_quoted(text, name);
  return text;
}

}  // namespace banyan::sql
