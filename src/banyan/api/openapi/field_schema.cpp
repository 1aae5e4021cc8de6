#include "banyan/api/openapi/field_schema.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

#include "banyan/api/openapi/ecma_pattern.hpp"
#include "banyan/api/openapi/json_document.hpp"
#include "banyan/core/json_text.hpp"

namespace banyan::openapi {
namespace {

namespace json = boost::json;

struct Kind {
  std::string_view type;  // Empty: any JSON.
  std::string_view format;
};

Kind kind_of(const Schema& schema, const Field& field) {
  switch (field.type) {
    case FieldType::integer: return {"integer", "int64"};
    case FieldType::number: return {"number", "double"};
    case FieldType::boolean: return {"boolean", ""};
    case FieldType::timestamp: return {"string", "date-time"};
    case FieldType::date: return {"string", "date"};
    case FieldType::json: return {"", ""};
    case FieldType::uuid: return {"string", "uuid"};
    case FieldType::email: return {"string", "email"};
    case FieldType::url: return {"string", "uri"};
    case FieldType::text:
    case FieldType::enumeration: return {"string", ""};
    case FieldType::reference: return kind_of(schema, schema.collections[field.reference_index].fields.front());
  }
  return {};
}

void append_sentence(std::string& text, const std::string& sentence) { text += (text.empty() ? "" : " ") + sentence; }

std::string value_text(const Field& field, const Value& value) {
  const json::value shown = shown_value(field, value);
  return shown.is_string() ? std::string(shown.as_string()) : write_json(shown);
}

void add_range(json::object& out, const Field& field, std::string& description) {
  const bool is_number = field.type == FieldType::integer || field.type == FieldType::number;
  const auto add = [&](const std::optional<Value>& bound, const char* key, const char* word) {
    if (!bound) return;
    if (is_number)
      out[key] = shown_value(field, *bound);
    else
      append_sentence(description, std::string(word) + " " + value_text(field, *bound) + ".");
  };
  add(field.min, "minimum", "Not before");
  add(field.max, "maximum", "Not after");
  if (field.min_length) out["minLength"] = *field.min_length;
  if (field.max_length) out["maxLength"] = *field.max_length;
}

void add_pattern(json::object& out, const Field& field, std::string& description) {
  if (field.pattern_text.empty()) return;
  if (const auto pattern = ecma_pattern(field.pattern_text))
    out["pattern"] = *pattern;
  else
    append_sentence(description, "Matches the pattern " + field.pattern_text + " (RE2).");
}

void add_values(json::object& out, const Field& field) {
  if (field.type != FieldType::enumeration) return;
  json::array values;
  for (const std::string& value : field.enum_values) values.emplace_back(value);
  if (!field.required) values.emplace_back(nullptr);
  out["enum"] = std::move(values);
}

void add_default(json::object& out, const Field& field, std::string& description) {
  if (!field.default_value) return;
  if (field.default_value->now)
    append_sentence(description, "The moment of the request, unless given.");
  else
    out["default"] = shown_value(field, field.default_value->value);
}

void describe_role(const Schema& schema, const Field& field, Side side, std::string& description) {
  if (field.role == FieldRole::id)
    append_sentence(description, side == Side::input ? "Made by the server unless given; never changes."
                                                     : "Made by the server; never changes.");
  if (field.role == FieldRole::created_at) append_sentence(description, "When the record was created.");
  if (field.role == FieldRole::updated_at) append_sentence(description, "When it was last changed.");
  if (field.type == FieldType::reference)
    append_sentence(description, "The id of a record of " + schema.collections[field.reference_index].name + ".");
  if (field.unique) append_sentence(description, "No two records share a value.");
  if (field.read_only && side == Side::input) append_sentence(description, "Only with the service key.");
  if (!field.read_text.empty() && side == Side::answer) append_sentence(description, "Left out where a rule hides it.");
  if (!field.write_text.empty() && side == Side::input) append_sentence(description, "A rule decides who may set it.");
}

}  // namespace

json::object field_schema(const Schema& schema, const Field& field, Side side) {
  json::object out;
  std::string description;
  describe_role(schema, field, side, description);
  const auto [type, format] = kind_of(schema, field);
  if (!type.empty()) {
    if (field.required || field.role == FieldRole::id)
      out["type"] = type;
    else
      out["type"] = json::array{json::value(type), json::value("null")};
  }
  if (!format.empty()) out["format"] = format;
  add_values(out, field);
  add_range(out, field, description);
  add_pattern(out, field, description);
  if (side == Side::input) add_default(out, field, description);
  if (field.read_only && side == Side::answer) out["readOnly"] = true;
  if (field.type == FieldType::json && field.required) out["not"] = json::object{{"type", "null"}};
  if (field.type == FieldType::reference) out["x-banyan-reference"] = schema.collections[field.reference_index].name;
  if (!field.read_text.empty() && side == Side::answer) out["x-banyan-access"] = "rule";
  if (!field.write_text.empty() && side == Side::input) out["x-banyan-access"] = "rule";
  if (!description.empty()) out["description"] = description;
  return out;
}

json::value shown_value(const Field& field, const Value& value) {
  if (is_null(value)) return nullptr;
  if (const auto* boolean = std::get_if<bool>(&value)) return *boolean;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  if (const auto* number = std::get_if<double>(&value)) return *number;
  const std::string& text = std::get<std::string>(value);
  if (field.type != FieldType::json) return json::value(text);
  const Result<json::value> parsed = parse_json(text);
  return parsed ? *parsed : json::value(nullptr);
}

json::value example_value(const Schema& schema, const Field& field) {
  if (field.default_value && !field.default_value->now && !is_null(field.default_value->value))
    return shown_value(field, field.default_value->value);
  if (field.min) return shown_value(field, *field.min);
  switch (field.type) {
    case FieldType::integer: return field.max ? shown_value(field, *field.max) : json::value(18);
    case FieldType::number: return field.max ? shown_value(field, *field.max) : json::value(1.5);
    case FieldType::boolean: return true;
    case FieldType::timestamp: return "2026-11-23T18:17:05.123456Z";
    case FieldType::date: return "2026-11-23";
    case FieldType::json: return json::object{{"key", "value"}};
    case FieldType::uuid: return "0198c5a2-7c1e-7d4b-9c63-2f8a4b6d1e05";
    case FieldType::email: return "alice@example.com";
    case FieldType::url: return "https://example.com/";
    case FieldType::enumeration: return field.enum_values.empty() ? json::value("") : json::value(field.enum_values[0]);
    case FieldType::reference:
      return kind_of(schema, field).type == "integer" ? json::value(1)
                                                      : json::value("0198c5a2-7c1e-7d4b-9c63-2f8a4b6d1e05");
    case FieldType::text: break;
  }
  std::string text = field.name == "name" ? "Alice" : "Some text";
  const auto shortest = static_cast<std::size_t>(std::clamp<std::int64_t>(field.min_length.value_or(0), 0, 100));
  while (text.size() < shortest) text += " and more";
  if (field.max_length) text.resize(std::min<std::size_t>(text.size(), static_cast<std::size_t>(*field.max_length)));
  return json::value(text);
}

}  // namespace banyan::openapi
