#include "banyan/core/json_path.hpp"

#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "banyan/core/json_text.hpp"

namespace banyan {
namespace {

namespace json = boost::json;

// Canonical JSON has no white space, so a value ends where its brackets or quotes do, or at the next `,`, `]` or `}`.
std::size_t string_end(std::string_view text, std::size_t at) noexcept {
  for (++at; at < text.size() && text[at] != '"'; ++at)
    if (text[at] == '\\') ++at;
  return std::min(at + 1, text.size());
}

std::size_t value_end(std::string_view text, std::size_t at) noexcept {
  std::size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = string_end(text, at);
      if (depth == 0) return at;
      continue;
    }
    if (depth == 0 && (c == ',' || c == ']' || c == '}')) return at;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    ++at;
    if (depth == 0 && (c == '}' || c == ']')) return at;
  }
  return at;
}

// A JSON string without its quotes and escapes.
std::optional<std::string> unquoted(std::string_view text) {
  Result<json::value> parsed = parse_json(text);
  if (!parsed || !parsed->is_string()) return std::nullopt;
  return std::string(parsed->get_string());
}

bool names(std::string_view quoted, std::string_view step) {
  const std::string_view inside = quoted.substr(1, quoted.size() - 2);
  if (inside.find('\\') == std::string_view::npos) return inside == step;
  const auto text = unquoted(quoted);
  return text && *text == step;
}

std::optional<std::string_view> member(std::string_view object, std::string_view name) {
  std::size_t at = 1;
  while (at < object.size() && object[at] == '"') {
    const std::size_t name_end = string_end(object, at);
    const std::size_t begin = name_end + 1;  // after the colon
    if (begin >= object.size()) break;
    const std::size_t end = value_end(object, begin);
    if (names(object.substr(at, name_end - at), name)) return object.substr(begin, end - begin);
    at = end + 1;
  }
  return std::nullopt;
}

// Of an array, as PostgreSQL reads it, with C's strtol: white space, a sign, leading zeros; in 32 bits.
std::optional<std::int64_t> place_in_array(std::string_view step) noexcept {
  step.remove_prefix(std::min(step.find_first_not_of(" \t\n\v\f\r"), step.size()));
  if (step.size() > 1 && step[0] == '+' && step[1] != '-') step.remove_prefix(1);
  std::int32_t place = 0;
  const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), place);
  if (error != std::errc() || end != step.data() + step.size()) return std::nullopt;
  return place;
}

std::optional<std::string_view> element(std::string_view array, std::string_view step) noexcept {
  const std::optional<std::int64_t> place_wanted = place_in_array(step);
  if (!place_wanted) return std::nullopt;
  std::int64_t wanted = *place_wanted;
  const auto each = [&](auto take) {
    for (std::size_t at = 1; at < array.size() && array[at] != ']';) {
      const std::size_t end = value_end(array, at);
      if (take(array.substr(at, end - at))) return;
      at = end + 1;
    }
  };
  if (wanted < 0) {
    std::int64_t count = 0;
    each([&](std::string_view) { return ++count, false; });
    wanted += count;
  }
  std::optional<std::string_view> found;
  std::int64_t place = 0;
  each([&](std::string_view value) {
    if (place++ != wanted) return false;
    found = value;
    return true;
  });
  return found;
}

// Whole numbers of 64 bits by their digits, others as PostgreSQL writes a double.
std::string number_text(std::string_view json) {
  const bool is_whole = json.find_first_of(".e") == std::string_view::npos;
  const bool is_negative = json.starts_with('-');
  const std::string_view digits = json.substr(is_negative ? 1 : 0);
  std::uint64_t magnitude = 0;
  const auto whole = std::from_chars(digits.data(), digits.data() + digits.size(), magnitude);
  if (is_whole && whole.ec == std::errc() && (!is_negative || magnitude <= std::uint64_t{1} << 63U))
    return std::string(json);
  double number = 0;
  std::from_chars(json.data(), json.data() + json.size(), number);
  const double size = std::abs(number);
  std::array<char, 32> text;
  const auto format = size < 1e-4 || size >= 1e15 ? std::chars_format::scientific : std::chars_format::fixed;
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), number, format).ptr};
}

bool is_container(const json::value& value) { return value.is_object() || value.is_array(); }

bool contains(const json::value& outer, const json::value& inner, bool at_top) {
  if (const auto* object = inner.if_object()) {
    const auto* around = outer.if_object();
    return around != nullptr && std::ranges::all_of(*object, [&](const auto& member) {
             const json::value* same = around->if_contains(member.key());
             return same != nullptr && contains(*same, member.value(), false);
           });
  }
  const auto* elements = outer.if_array();
  if (const auto* array = inner.if_array()) {
    return elements != nullptr && std::ranges::all_of(*array, [&](const json::value& wanted) {
             return std::ranges::any_of(*elements, [&](const json::value& element) {
               return is_container(element) == is_container(wanted) && contains(element, wanted, false);
             });
           });
  }
  if (elements != nullptr)
    return at_top && std::ranges::any_of(*elements, [&](const json::value& element) { return element == inner; });
  return outer == inner;
}

}  // namespace

std::optional<std::string_view> json_at(std::string_view text, std::span<const std::string> path) {
  std::optional<std::string_view> at = text;
  for (const std::string& step : path) {
    if (!at || at->size() < 2) return std::nullopt;
    if (at->front() == '{')
      at = member(*at, step);
    else if (at->front() == '[')
      at = element(*at, step);
    else
      return std::nullopt;
  }
  return at;
}

Value json_term_value(std::optional<std::string_view> text, Term::Json kind) {
  if (!text || text->empty()) return Null();
  if (kind == Term::Json::value) return std::string(*text);
  const char first = text->front();
  const bool is_number = first == '-' || (first >= '0' && first <= '9');
  if (kind == Term::Json::number) {
    double number = 0;
    if (!is_number) return Null();
    std::from_chars(text->data(), text->data() + text->size(), number);
    return number == 0 ? 0.0 : number;
  }
  if (first == '"') {
    auto inside = unquoted(*text);
    return inside ? Value(std::move(*inside)) : Value(Null());
  }
  if (is_number) return number_text(*text);
  if (first == 't' || first == 'f') return std::string(*text);
  return Null();
}

bool json_contains(std::string_view outer, std::string_view inner) {
  const Result<json::value> around = parse_json(outer);
  const Result<json::value> wanted = parse_json(inner);
  return around && wanted && contains(*around, *wanted, true);
}

}  // namespace banyan
