#include "banyan/adapters/sqlite/functions.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cstdint>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/adapters/sqlite/sums.hpp"
#include "banyan/core/json_path.hpp"
#include "banyan/core/json_text.hpp"

namespace banyan::sqlite {
namespace {

constexpr int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;

bool is_null(sqlite3_value* value) { return sqlite3_value_type(value) == SQLITE_NULL; }

std::string_view text_of(sqlite3_value* value) {
  const auto* bytes = static_cast<const char*>(static_cast<const void*>(sqlite3_value_text(value)));
  return {bytes == nullptr ? "" : bytes, static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

void answer_text(sqlite3_context* context, std::string_view text) {
  sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

/// Nothing of C++ may fly through SQLite.
template <typename Work>
void guarded(sqlite3_context* context, Work&& work) {
  try {
    work();
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  }
}

/// banyan_like(text, pattern), banyan_ilike(text, pattern): matches_like(), unknown where either is null.
template <bool fold_case>
void like(sqlite3_context* context, int, sqlite3_value** arguments) {
  if (is_null(arguments[0]) || is_null(arguments[1])) return sqlite3_result_null(context);
  auto& stop = *static_cast<StopCheck*>(sqlite3_user_data(context));
  const auto matched = matches_like(text_of(arguments[0]), text_of(arguments[1]), fold_case, stop);
  // SQLite itself looks at the deadline only between two steps of its machine, and a match is one.
  if (!matched) return sqlite3_result_error_code(context, SQLITE_INTERRUPT);
  sqlite3_result_int(context, *matched ? 1 : 0);
}

using Path = std::vector<std::string>;

Path read_path(std::string_view text) {
  Path path;
  const auto parsed = parse_json(text);
  if (!parsed || !parsed->is_array()) return path;
  for (const boost::json::value& step : parsed->get_array())
    if (const auto* name = step.if_string()) path.emplace_back(*name);
  return path;
}

/// The path in that argument, read once a statement. Valid until `read` goes.
const Path& path_in(sqlite3_context* context, int place, sqlite3_value* value, Path& read) {
  if (const auto* known = static_cast<const Path*>(sqlite3_get_auxdata(context, place))) return *known;
  read = read_path(text_of(value));
  sqlite3_set_auxdata(context, place, new Path(read), [](void* path) { delete static_cast<Path*>(path); });
  return read;
}

/// banyan_json_value(document, path) and its sisters: json_term_value().
template <Term::Json kind>
void json_term(sqlite3_context* context, int, sqlite3_value** arguments) {
  guarded(context, [&] {
    if (is_null(arguments[0])) return sqlite3_result_null(context);
    Path read;
    const Path& path = path_in(context, 1, arguments[1], read);
    const Value value = json_term_value(json_at(text_of(arguments[0]), path), kind);
    if (const auto* text = std::get_if<std::string>(&value)) return answer_text(context, *text);
    if (const auto* number = std::get_if<double>(&value)) return sqlite3_result_double(context, *number);
    sqlite3_result_null(context);
  });
}

/// banyan_json_contains(outer, inner): json_contains().
void contains(sqlite3_context* context, int, sqlite3_value** arguments) {
  guarded(context, [&] {
    if (is_null(arguments[0]) || is_null(arguments[1])) return sqlite3_result_null(context);
    sqlite3_result_int(context, json_contains(text_of(arguments[0]), text_of(arguments[1])) ? 1 : 0);
  });
}

/// banyan_lower(text), banyan_upper(text): of A to Z alone, whatever SQLite was built with.
template <bool upper>
void fold(sqlite3_context* context, int, sqlite3_value** arguments) {
  guarded(context, [&] {
    if (is_null(arguments[0])) return sqlite3_result_null(context);
    std::string text(text_of(arguments[0]));
    for (char& c : text) {
      if (upper && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
      if (!upper && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    answer_text(context, text);
  });
}

/// banyan_length(text): in code points.
void length(sqlite3_context* context, int, sqlite3_value** arguments) {
  if (is_null(arguments[0])) return sqlite3_result_null(context);
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  sqlite3_result_int64(context, std::ranges::count_if(text_of(arguments[0]), begins));
}

}  // namespace

void register_functions(sqlite3* database, StopCheck* stop) {
  const auto add = [&](const char* name, int arguments, auto* function, void* data = nullptr) {
    sqlite3_create_function_v2(database, name, arguments, flags, data, function, nullptr, nullptr, nullptr);
  };
  add("banyan_like", 2, like<false>, stop);
  add("banyan_ilike", 2, like<true>, stop);
  add("banyan_json_value", 2, json_term<Term::Json::value>);
  add("banyan_json_text", 2, json_term<Term::Json::text>);
  add("banyan_json_number", 2, json_term<Term::Json::number>);
  add("banyan_json_contains", 2, contains);
  add("banyan_lower", 1, fold<false>);
  add("banyan_upper", 1, fold<true>);
  add("banyan_length", 1, length);
  register_sums(database);
}

}  // namespace banyan::sqlite
