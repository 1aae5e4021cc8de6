#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "banyan/base/ids.hpp"
#include "banyan/core/json_text.hpp"
#include "banyan/core/record_json.hpp"
#include "banyan/core/timestamps.hpp"
#include "banyan/core/utf8.hpp"

namespace banyan {
namespace {

namespace json = boost::json;

constexpr std::size_t email_bytes_max = 254;  // RFC 5321, as RFC 3696's erratum 1690 counts it.

constexpr const char* takes_integer = "must be a whole number from -9223372036854775808 to 9223372036854775807";
constexpr const char* takes_number = "must be a number";
constexpr const char* takes_boolean = "must be true or false";
constexpr const char* takes_text = "must be text";
constexpr const char* takes_utf8 = "must be valid UTF-8 without U+0000";
constexpr const char* takes_timestamp =
    "must be a time with its offset as in RFC 3339, for example \"2026-11-23T18:17:05Z\"";
constexpr const char* takes_date = "must be a day of the calendar, for example \"2026-11-23\"";
constexpr const char* takes_uuid = "must be a UUID, for example \"0193a1c4-9f3e-7d2b-8c11-5f0e9a6b7c21\"";
constexpr const char* takes_email = "must be an e-mail address, for example \"alice@example.com\"";
constexpr const char* takes_url = "must be an absolute http or https URL, for example \"https://example.com/path\"";

std::unexpected<Error> refuse(std::string message) { return fail(ErrorCode::invalid, std::move(message)); }

bool is_email(std::string_view text) {
  if (text.size() > email_bytes_max) return false;
  const auto is_refused = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= ' ' || byte == 0x7F || std::string_view("\"(),:;<>[\\]").find(c) != std::string_view::npos;
  };
  if (std::ranges::any_of(text, is_refused)) return false;
  const std::size_t at = text.find('@');
  if (at == 0 || at == std::string_view::npos || text.find('@', at + 1) != std::string_view::npos) return false;
  std::string_view domain = text.substr(at + 1);
  while (true) {
    const std::size_t dot = domain.find('.');
    if (domain.substr(0, dot).empty()) return false;
    if (dot == std::string_view::npos) return true;
    domain.remove_prefix(dot + 1);
  }
}

bool is_web_url(std::string_view text) {
  const auto url = boost::urls::parse_uri({text.data(), text.size()});
  if (!url) return false;
  // Boost takes what follows a port that is no number for a path.
  if (const std::string_view path = url->encoded_path(); !path.empty() && !path.starts_with('/')) return false;
  return (url->scheme_id() == boost::urls::scheme::http || url->scheme_id() == boost::urls::scheme::https) &&
         !url->host().empty();
}

Result<Value> uuid_from(std::string_view text) {
  auto canonical = canonical_uuid(text);
  if (!canonical) return refuse(takes_uuid);
  return std::move(*canonical);
}

// The canonical value of text, for every type that JSON gives as a string.
Result<Value> from_string(const Field& field, std::string_view text) {
  if (!is_valid_utf8(text) || text.find('\0') != std::string_view::npos) return refuse(takes_utf8);
  switch (field.type) {
    case FieldType::timestamp: {
      const auto micros = parse_timestamp(text);
      if (!micros) return refuse(takes_timestamp);
      return format_timestamp(*micros);
    }
    case FieldType::date:
      if (!is_valid_date(text)) return refuse(takes_date);
      break;
    case FieldType::uuid:
    case FieldType::reference: return uuid_from(text);
    case FieldType::email:
      if (!is_email(text)) return refuse(takes_email);
      break;
    case FieldType::url:
      if (!is_web_url(text)) return refuse(takes_url);
      break;
    default: break;
  }
  return std::string(text);
}

Result<Value> integer_from(const json::value& value) {
  if (const auto* integer = value.if_int64()) return *integer;
  return refuse(takes_integer);
}

Result<Value> number_from(const json::value& value) {
  double number = 0;
  if (const auto* real = value.if_double())
    number = *real;
  else if (const auto* integer = value.if_int64())
    number = static_cast<double>(*integer);
  else if (const auto* large = value.if_uint64())
    number = static_cast<double>(*large);
  else
    return refuse(takes_number);
  if (!std::isfinite(number)) return refuse(takes_number);
  return number == 0 ? 0.0 : number;
}

const char* string_phrase(FieldType type) {
  switch (type) {
    case FieldType::timestamp: return takes_timestamp;
    case FieldType::date: return takes_date;
    case FieldType::uuid:
    case FieldType::reference: return takes_uuid;
    case FieldType::email: return takes_email;
    case FieldType::url: return takes_url;
    default: return takes_text;
  }
}

// An integer as this program writes it: no plus sign, no leading zeros, no `-0`; so that a record has one URL.
Result<Value> integer_from_text(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  const bool padded = digits.starts_with('0') && text.size() > 1;
  if (error != std::errc() || end != text.data() + text.size() || padded) return refuse(takes_integer);
  return value;
}

Result<Value> number_from_text(std::string_view text) {
  const auto is_part = [](char c) {
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || (c | 32) == 'e';
  };
  if (!std::ranges::all_of(text, is_part)) return refuse(takes_number);
  const auto parsed = parse_json(text);
  return parsed ? number_from(*parsed) : refuse(takes_number);
}

}  // namespace

Result<Value> value_from_json(const Field& field, const json::value& value) {
  if (value.is_null()) return Null{};
  switch (field.storage) {
    case Field::Storage::boolean:
      if (const auto* boolean = value.if_bool()) return *boolean;
      return refuse(takes_boolean);
    case Field::Storage::integer: return integer_from(value);
    case Field::Storage::number: return number_from(value);
    case Field::Storage::text: break;
  }
  if (field.type == FieldType::json) {
    auto text = canonical_json(value);
    if (!text) return fail(std::move(text.error()));
    return std::move(*text);
  }
  if (const auto* text = value.if_string()) return from_string(field, {text->data(), text->size()});
  return refuse(string_phrase(field.type));
}

Result<Value> value_from_text(const Field& field, std::string_view text) {
  switch (field.storage) {
    case Field::Storage::boolean:
      if (text == "true") return true;
      if (text == "false") return false;
      return refuse(takes_boolean);
    case Field::Storage::integer: return integer_from_text(text);
    case Field::Storage::number: return number_from_text(text);
    case Field::Storage::text: break;
  }
  if (field.type == FieldType::json)
    return refuse("is json, which cannot be compared; only is.null can be asked of it");
  auto value = from_string(field, text);
  if (!value && field.type == FieldType::timestamp && text.find(' ') != std::string_view::npos)
    value.error().hint = "In a URL a '+' stands for a space: write it as %2B.";
  if (!value || field.type != FieldType::enumeration) return value;
  if (const auto wrong = check_bounds(field, *value)) return refuse(*wrong);
  return value;
}

}  // namespace banyan
