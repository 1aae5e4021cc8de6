#include <re2/re2.h>

#include <algorithm>

#include "banyan/base/words.hpp"
#include "banyan/core/record_json.hpp"
#include "banyan/core/utf8.hpp"

namespace banyan {
namespace {

std::string one_of(const std::vector<std::string>& values, std::string_view given) {
  constexpr std::size_t listed_max = 10;
  std::string message = "must be one of ";
  for (std::size_t i = 0; i < values.size() && i < listed_max; ++i) message += (i == 0 ? "'" : ", '") + values[i] + "'";
  if (values.size() > listed_max) message += ", …";
  const std::vector<std::string_view> words(values.begin(), values.end());
  return message + did_you_mean(given, words);
}

// The bound as it is written: text bare, the rest as JSON.
std::string bound_text(const Field& field, const Value& bound) {
  if (const auto* text = std::get_if<std::string>(&bound)) return *text;
  std::string json;
  append_json(json, field, bound);
  return json;
}

std::string characters(std::int64_t count) {
  return std::to_string(count) + (count == 1 ? " character" : " characters");
}

std::optional<std::string> check_text(const Field& field, const std::string& text) {
  if (field.min_length || field.max_length) {
    const auto length = static_cast<std::int64_t>(count_code_points(text));
    if (field.min_length && length < *field.min_length) return "must have at least " + characters(*field.min_length);
    if (field.max_length && length > *field.max_length) return "must have at most " + characters(*field.max_length);
  }
  if (field.indexed_bytes_max && text.size() > *field.indexed_bytes_max)
    return "must have at most " + std::to_string(*field.indexed_bytes_max) + " bytes, because it is in an index";
  if (field.pattern && !re2::RE2::FullMatch(text, *field.pattern))
    return "must match the pattern " + field.pattern_text;
  if (field.type == FieldType::enumeration && std::ranges::find(field.enum_values, text) == field.enum_values.end())
    return one_of(field.enum_values, text);
  return std::nullopt;
}

}  // namespace

std::optional<std::string> check_bounds(const Field& field, const Value& value) {
  if (is_null(value)) return field.required ? std::optional<std::string>("is required") : std::nullopt;
  if (field.min && value < *field.min) return "must be at least " + bound_text(field, *field.min);
  if (field.max && *field.max < value) return "must be at most " + bound_text(field, *field.max);
  if (const auto* text = std::get_if<std::string>(&value)) return check_text(field, *text);
  return std::nullopt;
}

}  // namespace banyan
