#include "banyan/api/openapi/parameters.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

#include "banyan/api/openapi/field_schema.hpp"
#include "banyan/api/openapi/json_document.hpp"
#include "banyan/api/query/limits.hpp"

namespace banyan::openapi {
namespace {

namespace json = boost::json;

json::object text_schema() { return {{"type", "string"}}; }

// Once, or several times: all of them must hold then.
json::object filter_schema() { return {{"$ref", "#/components/schemas/Filter"}}; }

bool is_text(const Field& field) {
  return field.type == FieldType::text || field.type == FieldType::email || field.type == FieldType::url ||
         field.type == FieldType::enumeration;
}

std::string filter_example(const Schema& schema, const Field& field) {
  if (field.type == FieldType::json) return "not.is.null";
  if (field.type == FieldType::boolean) return "is.true";
  const json::value example = example_value(schema, field);
  const std::string text = example.is_string() ? std::string(example.as_string()) : write_json(example);
  const bool is_ordered = field.type == FieldType::integer || field.type == FieldType::number ||
                          field.type == FieldType::timestamp || field.type == FieldType::date;
  return (is_ordered && field.role != FieldRole::id ? "gte." : "eq.") + text;
}

Parameter filter_parameter(const Schema& schema, const Collection& collection, std::size_t place) {
  const Field& field = collection.fields[place];
  Parameter made;
  made.name = field.name;
  made.description = "A filter: `operator.value`, or `not.operator.value`.";
  if (!field.read_text.empty()) made.description += " Refused to those whom a rule may hide the field from.";
  made.schema = filter_schema();
  made.example = filter_example(schema, field);
  json::array operators;
  for (const std::string_view name : operators_of(collection, place)) operators.emplace_back(name);
  made.extra["x-banyan-type"] = to_string(field.type);
  made.extra["x-banyan-operators"] = std::move(operators);
  if (!field.read_text.empty()) made.extra["x-banyan-access"] = "rule";
  return made;
}

// Conditions that filters, all of which must hold, cannot say.
std::vector<Parameter> condition_parameters(const Schema& schema, const Collection& collection) {
  const std::string id = "id." + filter_example(schema, collection.fields.front());
  std::string last = "id.is.null";
  for (const Field& field : collection.fields)
    if (field.type != FieldType::json) last = field.name + ".is.null";
  const std::string example = "(" + id + "," + last + ")";
  std::vector<Parameter> all;
  constexpr std::pair<std::string_view, std::string_view> words[] = {{"or", "At least one must hold."},
                                                                     {"and", "All must hold."},
                                                                     {"not.or", "None may hold."},
                                                                     {"not.and", "Not all may hold."}};
  for (const auto& [name, meaning] : words) {
    Parameter made;
    made.name = name;
    made.description = std::string(meaning) + " Conditions in brackets, which may hold `and(…)` and `or(…)` in turn.";
    made.schema = filter_schema();
    made.example = example;
    all.push_back(std::move(made));
  }
  return all;
}

Parameter order_parameter(const Collection& collection) {
  Parameter made;
  made.name = "order";
  made.description =
      "Fields with commas between, each with `.asc` or `.desc` and `.nullsfirst` or `.nullslast` where wanted. The id "
      "breaks ties.";
  made.schema = text_schema();
  made.example =
      collection.fields.back().role == FieldRole::ordinary ? "id.desc" : collection.fields.back().name + ".desc,id";
  return made;
}

// From 0 on.
Parameter number_parameter(std::string name, std::string description, std::uint64_t most, std::int64_t otherwise) {
  Parameter made;
  made.name = std::move(name);
  made.description = std::move(description);
  made.schema = {{"type", "integer"}, {"format", "int64"}, {"minimum", 0}, {"maximum", most}};
  made.schema["default"] = otherwise;
  return made;
}

Parameter header_parameter(std::string name, std::string description, std::string example) {
  Parameter made;
  made.place = Parameter::Place::header;
  made.name = std::move(name);
  made.description = std::move(description);
  made.schema = text_schema();
  made.example = std::move(example);
  return made;
}

}  // namespace

std::vector<std::string_view> operators_of(const Collection& collection, std::size_t place) {
  const Field& field = collection.fields[place];
  if (field.type == FieldType::json) return {"is", "cs", "cd"};
  std::vector<std::string_view> names = {"eq", "neq", "gt", "gte", "lt", "lte", "in", "is", "isdistinct"};
  if (is_text(field)) names.insert(names.end(), {"like", "ilike"});
  if (std::ranges::find(collection.search, place) != collection.search.end())
    names.insert(names.end(), {"fts", "plfts", "phfts", "wfts"});
  return names;
}

std::vector<Parameter> list_parameters(const Description& description, const Collection& collection) {
  std::vector<Parameter> all = {
      select_parameter(collection), order_parameter(collection),
      number_parameter("limit", "At most so many records.", description.max_limit, description.default_limit),
      number_parameter("offset", "Skips so many records.", api::offset_max, 0)};
  Parameter cursor;
  cursor.name = "cursor";
  cursor.description = "Goes on behind a page: what its `Link` says. Not beside `offset` and `count`.";
  cursor.schema = text_schema();
  all.push_back(std::move(cursor));
  Parameter count;
  count.name = "count";
  count.description = "Has `Content-Range` say how many match: exactly, or as the database plans or estimates.";
  count.schema = text_schema();
  count.schema["enum"] = json::array{"exact", "planned", "estimated"};
  all.push_back(std::move(count));
  std::ranges::move(condition_parameters(description.schema, collection), std::back_inserter(all));
  for (std::size_t i = 0; i < collection.fields.size(); ++i)
    all.push_back(filter_parameter(description.schema, collection, i));
  all.push_back(
      header_parameter("Prefer", "`count=exact`, `planned` or `estimated`: as the parameter.", "count=exact"));
  return all;
}

Parameter select_parameter(const Collection& collection) {
  Parameter made;
  made.name = "select";
  made.description = "What the answer has of each record, with commas between; every field unless given.";
  made.schema = text_schema();
  made.example = collection.fields.size() > 1 ? "id," + collection.fields[1].name : "id";
  made.extra["x-banyan-narrows"] = true;
  return made;
}

Parameter id_parameter(const Schema& schema, const Collection& collection) {
  Parameter made;
  made.place = Parameter::Place::path;
  made.name = "id";
  made.description = "The record's id.";
  json::object of_field = field_schema(schema, collection.fields.front(), Side::input);
  of_field.erase("description");
  made.schema = std::move(of_field);
  return made;
}

Parameter if_match_parameter() {
  return header_parameter("If-Match",
                          "Only if the record is at a version that is named here (or `*`: at any), else 412: entity "
                          "tags as they came, at most 16 with commas between.",
                          "\"1764000000000000\"");
}

Parameter if_none_match_parameter() {
  return header_parameter("If-None-Match", "304 without a body while the record is at a version that is named here.",
                          "\"1764000000000000\"");
}

Parameter position_parameter() {
  return header_parameter("Banyan-Position",
                          "What the last answer gave: this one is then of nothing older than what was seen or written. "
                          "One that the server does not know is no error.",
                          "");
}

}  // namespace banyan::openapi
