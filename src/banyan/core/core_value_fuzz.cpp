#include <array>
#include <cstdlib>
#include <string_view>

#include "banyan/core/json_text.hpp"
#include "banyan/core/record_json.hpp"

// Any bytes, given to every type as JSON and as text: what is accepted is canonical, so it comes back as itself.
namespace {

using namespace banyan;

void require(bool held) {
  if (!held) std::abort();
}

std::array<Field, 12> every_type() {
  std::array<Field, 12> fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    fields[i].type = static_cast<FieldType>(i);
    if (fields[i].type == FieldType::boolean) fields[i].storage = Field::Storage::boolean;
    if (fields[i].type == FieldType::integer) fields[i].storage = Field::Storage::integer;
    if (fields[i].type == FieldType::number) fields[i].storage = Field::Storage::number;
  }
  return fields;
}

void check_canonical(const Field& field, const Value& value) {
  std::string text;
  append_json(text, field, value);
  const auto parsed = parse_json(text);
  require(parsed.has_value());
  const auto again = value_from_json(field, *parsed);
  require(again.has_value() && *again == value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const auto fields = every_type();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto json = parse_json(text);
  for (const Field& field : fields) {
    if (json)
      if (const auto value = value_from_json(field, *json)) check_canonical(field, *value);
    if (const auto value = value_from_text(field, text)) check_canonical(field, *value);
  }
  return 0;
}
