#include "banyan/core/record_json.hpp"

#include <array>

#include "banyan/core/json_write.hpp"

namespace banyan {
namespace {

constexpr std::size_t name_overhead = 4;  // Quotes, a colon, and the comma or brace before.
constexpr std::size_t remembered_max = 32;

const std::string* text_of(const Value& value) { return std::get_if<std::string>(&value); }

// At most how many bytes the value takes; exact for text.
std::size_t value_bytes(const Field& field, const Value& value) {
  if (const auto* text = text_of(value))
    return field.type == FieldType::json ? text->size() : json_write::string_bytes(*text);
  return json_write::number_bytes_max;
}

char* put_value(char* at, const Field& field, const Value& value, std::size_t bytes) {
  if (const auto* text = text_of(value))
    return field.type == FieldType::json ? json_write::put_raw(at, *text) : json_write::put_string(at, *text, bytes);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return json_write::put_integer(at, *integer);
  if (const auto* number = std::get_if<double>(&value)) return json_write::put_number(at, *number);
  if (const auto* boolean = std::get_if<bool>(&value)) return json_write::put_raw(at, *boolean ? "true" : "false");
  return json_write::put_raw(at, "null");
}

// `ended(i, at)` hears where each field ends.
template <typename Ended>
void append_record(std::string& out, const Collection& collection, const Record& record, Ended ended) {
  const auto& fields = collection.fields;
  std::array<std::size_t, remembered_max> remembered;  // So that few texts are measured twice.
  std::size_t bytes = 2;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::size_t value_size = value_bytes(fields[i], record.values[i]);
    if (i < remembered_max) remembered[i] = value_size;
    bytes += fields[i].name.size() + name_overhead + value_size;
  }
  json_write::append(out, bytes, [&](char* at) {
    const char* const begin = at;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      *at++ = i == 0 ? '{' : ',';
      *at++ = '"';
      at = json_write::put_raw(at, fields[i].name);
      *at++ = '"';
      *at++ = ':';
      const Value& value = record.values[i];
      at = put_value(at, fields[i], value, i < remembered_max ? remembered[i] : value_bytes(fields[i], value));
      ended(i, at - begin);
    }
    *at++ = '}';
    return at;
  });
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  const std::size_t bytes = json_write::string_bytes(text);
  json_write::append(out, bytes, [&](char* at) { return json_write::put_string(at, text, bytes); });
}

void append_json(std::string& out, const Field& field, const Value& value) {
  const std::size_t bytes = value_bytes(field, value);
  json_write::append(out, bytes, [&](char* at) { return put_value(at, field, value, bytes); });
}

void append_json(std::string& out, const Collection& collection, const Record& record) {
  append_record(out, collection, record, [](std::size_t, std::ptrdiff_t) {});
}

CachedRecordPtr encode(const Collection& collection, const Record& record) {
  auto encoded = std::make_shared<CachedRecord>();
  encoded->version = record.version;
  encoded->field_ends.resize(collection.fields.size());
  encoded->rule_values.reserve(collection.rule_fields.size());
  for (const std::size_t field : collection.rule_fields) encoded->rule_values.push_back(record.values[field]);
  append_record(encoded->body, collection, record,
                [&](std::size_t i, std::ptrdiff_t end) { encoded->field_ends[i] = static_cast<std::uint32_t>(end); });
  return encoded;
}

void append_projection(std::string& out, const CachedRecord& encoded, std::span<const std::size_t> fields) {
  const std::string_view body = encoded.body;
  out.push_back('{');
  bool first = true;
  for (const std::size_t i : fields) {
    if (i > 0 && encoded.field_ends[i] == encoded.field_ends[i - 1]) continue;
    const std::size_t begin = i == 0 ? 1 : encoded.field_ends[i - 1] + 1;  // After the brace or the comma.
    if (!first) out.push_back(',');
    out.append(body.substr(begin, encoded.field_ends[i] - begin));
    first = false;
  }
  out.push_back('}');
}

CachedRecordPtr without_fields(const CachedRecord& encoded, std::span<const std::size_t> hidden) {
  auto shown = std::make_shared<CachedRecord>();
  shown->version = encoded.version;
  shown->body.reserve(encoded.body.size());
  shown->field_ends.reserve(encoded.field_ends.size());
  const std::string_view body = encoded.body;
  auto next = hidden.begin();
  std::size_t begin = 0;
  for (std::size_t i = 0; i < encoded.field_ends.size(); ++i) {
    const std::size_t end = encoded.field_ends[i];
    if (next != hidden.end() && *next == i) {
      ++next;
    } else {
      shown->body += body.substr(begin, end - begin);
    }
    shown->field_ends.push_back(static_cast<std::uint32_t>(shown->body.size()));
    begin = end;
  }
  shown->body += '}';
  return shown;
}

}  // namespace banyan
