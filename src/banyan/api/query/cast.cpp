#include "banyan/api/query/cast.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <vector>

#include "banyan/base/words.hpp"
#include "banyan/core/json_text.hpp"
#include "banyan/core/record_json.hpp"

namespace banyan::api {
namespace {

struct Target {
  std::string_view name;
  std::string_view word;
  FieldType to;
};

constexpr std::array targets = {
    Target{"text", "text", FieldType::text},
    Target{"varchar", "text", FieldType::text},
    Target{"integer", "integer", FieldType::integer},
    Target{"int", "integer", FieldType::integer},
    Target{"int4", "integer", FieldType::integer},
    Target{"bigint", "bigint", FieldType::integer},
    Target{"int8", "bigint", FieldType::integer},
    Target{"smallint", "smallint", FieldType::integer},
    Target{"int2", "smallint", FieldType::integer},
    Target{"numeric", "numeric", FieldType::number},
    Target{"decimal", "numeric", FieldType::number},
    Target{"number", "numeric", FieldType::number},
    Target{"float8", "double precision", FieldType::number},
    Target{"double precision", "double precision", FieldType::number},
    Target{"float4", "real", FieldType::number},
    Target{"real", "real", FieldType::number},
    Target{"boolean", "boolean", FieldType::boolean},
    Target{"bool", "boolean", FieldType::boolean},
    Target{"date", "date", FieldType::date},
    Target{"timestamp", "timestamp", FieldType::timestamp},
    Target{"timestamptz", "timestamp", FieldType::timestamp},
    Target{"json", "json", FieldType::json},
    Target{"jsonb", "json", FieldType::json},
    Target{"uuid", "uuid", FieldType::uuid},
};

struct Range {
  std::int64_t min;
  std::int64_t max;
};

Range range_of(std::string_view word) {
  if (word == "smallint") return {std::numeric_limits<std::int16_t>::min(), std::numeric_limits<std::int16_t>::max()};
  if (word == "integer") return {std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()};
  return {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()};
}

bool is_plain_text(FieldType type) {
  return type == FieldType::text || type == FieldType::email || type == FieldType::url ||
         type == FieldType::enumeration;
}

bool has_meaning(FieldType from, FieldType to) {
  if (from == to || to == FieldType::text || is_plain_text(from)) return true;
  switch (to) {
    case FieldType::integer:
      return from == FieldType::number || from == FieldType::boolean || from == FieldType::json ||
             from == FieldType::reference;
    case FieldType::number: return from == FieldType::integer || from == FieldType::json;
    case FieldType::boolean: return from == FieldType::integer || from == FieldType::json;
    case FieldType::date: return from == FieldType::timestamp;
    case FieldType::timestamp: return from == FieldType::date;
    case FieldType::uuid: return from == FieldType::reference;
    default: return false;
  }
}

std::unexpected<Error> uncastable(const Cast& cast, std::string_view text) {
  return fail(Error(ErrorCode::invalid,
                    "'" + std::string(text.substr(0, 64)) + "' is not of the type " + std::string(cast.word) + ".")
                  .with_reason("uncastable")
                  .with_hint("Leave the cast out, or filter such records out."));
}

std::string text_of(FieldType from, const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  std::string text;
  Field field;
  field.type = from;
  append_json(text, field, value);
  return text;
}

Field field_of(FieldType type) {
  Field field;
  field.type = type;
  field.required = false;
  field.storage = type == FieldType::boolean   ? Field::Storage::boolean
                  : type == FieldType::integer ? Field::Storage::integer
                  : type == FieldType::number  ? Field::Storage::number
                                               : Field::Storage::text;
  return field;
}

// Past 2^63 no double is an int64; at 2^63 it just is not.
std::optional<std::int64_t> whole(double rounded) {
  constexpr double bound = 9223372036854775808.0;
  if (!(rounded >= -bound && rounded < bound)) return std::nullopt;
  return static_cast<std::int64_t>(rounded);
}

std::optional<std::int64_t> integer_of(FieldType from, const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  if (const auto* boolean = std::get_if<bool>(&value)) return *boolean ? 1 : 0;
  if (const auto* number = std::get_if<double>(&value)) return whole(std::nearbyint(*number));
  const std::string& text = std::get<std::string>(value);
  const Result<Value> exact = value_from_text(field_of(FieldType::integer), text);
  if (exact) return std::get<std::int64_t>(*exact);
  if (from != FieldType::json) return std::nullopt;
  // A number within JSON is PostgreSQL's numeric, which rounds halves away from zero.
  const Result<Value> number = value_from_text(field_of(FieldType::number), text);
  return number ? whole(std::round(std::get<double>(*number))) : std::nullopt;
}

double as_real(double value) {
  char text[32];
  const auto written =
      std::to_chars(text, text + sizeof text, static_cast<float>(value), std::chars_format::scientific);
  std::from_chars(text, written.ptr, value);
  return value;
}

Result<Value> to_number(const Cast& cast, FieldType from, const Value& value) {
  Value number = value;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) number = static_cast<double>(*integer);
  if (const auto* text = std::get_if<std::string>(&value)) {
    Result<Value> read = value_from_text(field_of(FieldType::number), *text);
    if (!read) return uncastable(cast, *text);
    number = std::move(*read);
  }
  if (cast.word != "real") return number;
  const double single = as_real(std::get<double>(number));
  if (!std::isfinite(single)) return uncastable(cast, text_of(from, value));
  return single;
}

Result<Value> to_json(const Cast& cast, const std::string& text) {
  const auto parsed = parse_json(text);
  if (!parsed) return uncastable(cast, text);
  Result<std::string> canonical = canonical_json(*parsed);
  if (!canonical) return uncastable(cast, text);
  return std::move(*canonical);
}

}  // namespace

Result<Cast> cast_from(std::string_view name, FieldType from) {
  const auto* target = std::ranges::find(targets, name, &Target::name);
  if (target == targets.end()) {
    std::vector<std::string_view> names;
    for (const Target& known : targets) names.push_back(known.name);
    const std::string nearest = did_you_mean(name, names);
    return fail(
        Error(ErrorCode::unsupported,
              "A cast to '" + std::string(name.substr(0, 64)) + "' is not offered" + (nearest.empty() ? "." : nearest))
            .with_hint("Casts are to text, integer, bigint, smallint, numeric, double precision, real, boolean, "
                       "date, timestamp, json and uuid."));
  }
  if (!has_meaning(from, target->to))
    return fail(Error(ErrorCode::unsupported, "A cast from " + std::string(to_string(from)) + " to " +
                                                  std::string(target->word) + " is not offered.")
                    .with_hint("Cast to text, or leave the cast out."));
  return Cast{target->word, target->to};
}

Result<Value> cast_value(const Cast& cast, FieldType from, const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (is_null(value) || (from == cast.to && cast.to != FieldType::integer && cast.word != "real")) return value;
  if (cast.to == FieldType::text) return text_of(from, value);
  if (from == FieldType::json && text != nullptr && *text == "null") return Null();
  switch (cast.to) {
    case FieldType::integer: {
      const auto integer = integer_of(from, value);
      const Range range = range_of(cast.word);
      if (!integer || *integer < range.min || *integer > range.max) return uncastable(cast, text_of(from, value));
      return *integer;
    }
    case FieldType::number: return to_number(cast, from, value);
    case FieldType::boolean:
      if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer != 0;
      break;
    case FieldType::date:
      if (from == FieldType::timestamp && text != nullptr) return text->substr(0, text->find('T'));
      break;
    case FieldType::timestamp:
      if (from == FieldType::date && text != nullptr) return *text + "T00:00:00.000000Z";
      break;
    case FieldType::json: return to_json(cast, text_of(from, value));
    default: break;
  }
  Result<Value> read = value_from_text(field_of(cast.to), text_of(from, value));
  if (!read) return uncastable(cast, text_of(from, value));
  return read;
}

}  // namespace banyan::api
