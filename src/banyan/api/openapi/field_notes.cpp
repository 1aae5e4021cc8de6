#include "banyan/api/openapi/field_notes.hpp"

#include "banyan/api/openapi/field_schema.hpp"
#include "banyan/api/openapi/json_document.hpp"

namespace banyan::openapi {
namespace {

std::string in_code(const Field& field, const Value& value) {
  const boost::json::value shown = shown_value(field, value);
  return "`" + (shown.is_string() ? std::string(shown.as_string()) : write_json(shown)) + "`";
}

void add_bounds(std::vector<std::string>& notes, const Field& field) {
  if (field.min && field.max)
    notes.push_back(in_code(field, *field.min) + " to " + in_code(field, *field.max));
  else if (field.min)
    notes.push_back("at least " + in_code(field, *field.min));
  else if (field.max)
    notes.push_back("at most " + in_code(field, *field.max));

  if (field.min_length && field.max_length)
    notes.push_back(std::to_string(*field.min_length) + " to " + std::to_string(*field.max_length) + " characters");
  else if (field.min_length)
    notes.push_back("at least " + std::to_string(*field.min_length) + " characters");
  else if (field.max_length)
    notes.push_back("at most " + std::to_string(*field.max_length) + " characters");
  if (!field.pattern_text.empty()) notes.push_back("matches `" + field.pattern_text + "`");
}

}  // namespace

std::string kind_text(const Schema& schema, const Field& field) {
  if (field.type == FieldType::reference) {
    const std::string& target = schema.collections[field.reference_index].name;
    return "<a href=\"#" + target + "\">" + target + "</a>";
  }
  return std::string(to_string(field.type)) + (field.required ? "" : " <small>or null</small>");
}

std::vector<std::string> field_notes(const Schema&, const Field& field) {
  std::vector<std::string> notes;
  if (field.role == FieldRole::id) return {"made by the server; never changes"};
  if (field.role == FieldRole::created_at) return {"when the record was created"};
  if (field.role == FieldRole::updated_at) return {"when it was last changed"};
  if (field.required && !field.default_value) notes.emplace_back("required");
  if (!field.enum_values.empty()) {
    std::string values = "one of";
    for (const std::string& value : field.enum_values)
      values += (&value == field.enum_values.data() ? " `" : ", `") + value + "`";
    notes.push_back(values);
  }
  add_bounds(notes, field);
  if (field.default_value)
    notes.push_back(field.default_value->now ? "the moment of the request, unless given"
                                             : in_code(field, field.default_value->value) + " unless given");
  if (field.unique) notes.emplace_back("no two records share a value");
  if (field.type == FieldType::reference && field.on_delete != OnDelete::restrict)
    notes.emplace_back(field.on_delete == OnDelete::cascade ? "goes when what it names is deleted"
                                                            : "becomes null when what it names is deleted");
  if (field.read_only) notes.emplace_back("only the service key may set it");
  if (!field.read_text.empty()) notes.emplace_back("left out where a rule hides it");
  if (!field.write_text.empty()) notes.emplace_back("a rule decides who may set it");
  return notes;
}

}  // namespace banyan::openapi
