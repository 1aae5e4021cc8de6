#include "banyan/api/openapi/schemas.hpp"

#include <boost/json/array.hpp>

#include "banyan/api/openapi/field_schema.hpp"

namespace banyan::openapi {
namespace {

namespace json = boost::json;

json::object nullable_text(std::string_view description) {
  return {{"type", json::array{"string", "null"}}, {"description", description}};
}

// What a rule may hide from the viewer is not required of an answer.
json::object record_schema(const Schema& schema, const Collection& collection) {
  json::object properties;
  json::array required;
  for (const Field& field : collection.fields) {
    properties[field.name] = field_schema(schema, field, Side::answer);
    if (field.read_text.empty()) required.emplace_back(field.name);
  }
  return {{"type", "object"},
          {"description", "A record of " + collection.name + "."},
          {"properties", std::move(properties)},
          {"required", std::move(required)}};
}

json::object input_properties(const Schema& schema, const Collection& collection) {
  json::object properties;
  for (const Field& field : collection.fields)
    if (field.role == FieldRole::ordinary) properties[field.name] = field_schema(schema, field, Side::input);
  return properties;
}

json::object replace_schema(const Schema& schema, const Collection& collection, std::string_view description) {
  json::array required;
  for (const Field& field : collection.fields)
    if (field.role == FieldRole::ordinary && field.required && !field.default_value) required.emplace_back(field.name);
  json::object made{
      {"type", "object"}, {"description", description}, {"properties", input_properties(schema, collection)}};
  if (!required.empty()) made["required"] = std::move(required);
  made["additionalProperties"] = false;
  return made;
}

// A UUID may be chosen by who creates.
json::object create_schema(const Schema& schema, const Collection& collection) {
  const std::string sent = "A record of " + collection.name + " as it is sent: to create one";
  if (collection.id_kind != IdKind::uuid) return replace_schema(schema, collection, sent + ", or to replace one.");
  json::object made = replace_schema(schema, collection, sent + ".");
  const Field& id = collection.fields.front();
  json::object properties{{id.name, field_schema(schema, id, Side::input)}};
  for (auto& property : made["properties"].as_object()) properties.insert(std::move(property));
  made["properties"] = std::move(properties);
  return made;
}

json::object update_schema(const Schema& schema, const Collection& collection) {
  json::object properties = input_properties(schema, collection);
  for (auto& property : properties) property.value().as_object().erase("default");
  return {{"type", "object"},
          {"description", "The fields of a record of " + collection.name + " that are to be set."},
          {"properties", std::move(properties)},
          {"minProperties", 1},
          {"additionalProperties", false}};
}

json::object row_schema(const Schema& schema, const SavedQuery& query) {
  json::object properties;
  json::array required;
  for (const Field& column : query.columns) {
    properties[column.name] = field_schema(schema, column, Side::answer);
    required.emplace_back(column.name);
  }
  return {{"type", "object"},
          {"description", "A row of the saved query " + query.name + "."},
          {"properties", std::move(properties)},
          {"required", std::move(required)}};
}

json::object arguments_schema(const Schema& schema, const SavedQuery& query) {
  json::object properties;
  json::array required;
  for (const Field& parameter : query.parameters) {
    properties[parameter.name] = field_schema(schema, parameter, Side::input);
    if (parameter.required && !parameter.default_value) required.emplace_back(parameter.name);
  }
  json::object made{{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) made["required"] = std::move(required);
  made["additionalProperties"] = false;
  return made;
}

json::object error_schema() {
  const json::object text{{"type", "string"}};
  json::object of_field{{"type", "object"},
                        {"properties", json::object{{"field", text}, {"message", text}}},
                        {"required", json::array{"field", "message"}}};
  json::object properties;
  properties["type"] = {{"type", "string"},
                        {"description", "`urn:banyan:error:<reason>`: the finest word for what happened."}};
  properties["title"] = {{"type", "string"}, {"description", "The status in words."}};
  properties["status"] = {{"type", "integer"}, {"minimum", 300}, {"maximum", 599}};
  properties["detail"] = {{"type", "string"}, {"description", "What is wrong, a sentence."}};
  properties["code"] = {{"type", "string"},
                        {"description", "An SQLSTATE or PostgREST's code where one means the same, else a word."}};
  properties["message"] = {{"type", "string"}, {"description", "The same as `detail`."}};
  properties["details"] = nullable_text("The first of `errors`, as text.");
  properties["hint"] = nullable_text("What to do about it.");
  properties["errors"] = {
      {"type", "array"}, {"description", "For wrong input: all wrong places at once."}, {"items", std::move(of_field)}};
  return {{"type", "object"},
          {"description", "The one body of every refusal: a problem of RFC 9457 and an error of PostgREST at once."},
          {"properties", std::move(properties)},
          {"required", json::array{"type", "title", "status", "detail", "code", "message", "details", "hint"}}};
}

// That it may have any members is so unless told; openapi-typescript wants to be told.
json::object any_object(std::string_view description) {
  return {{"type", "object"}, {"description", description}, {"additionalProperties", true}};
}

json::object batch_schema(const Description& description) {
  json::object properties;
  properties["method"] = {{"type", "string"}, {"enum", json::array{"POST", "PATCH", "PUT", "DELETE"}}};
  properties["path"] = {{"type", "string"}, {"description", "`/users` of a POST, `/users/1` of all others."}};
  properties["body"] = any_object("As the request's; none of a DELETE.");
  properties["if_match"] = {{"type", "string"}, {"description", "One entity tag, or `*`; none of a POST."}};
  json::object operation{{"type", "object"},
                         {"properties", std::move(properties)},
                         {"required", json::array{"method", "path"}},
                         {"additionalProperties", false}};
  json::object operations{{"type", "array"}, {"items", std::move(operation)}, {"maxItems", description.max_batch}};
  return {{"type", "object"},
          {"properties", json::object{{"operations", std::move(operations)}}},
          {"required", json::array{"operations"}},
          {"additionalProperties", false}};
}

json::object batch_answer_schema() {
  const json::object text{{"type", "string"}};
  json::object properties;
  properties["status"] = {{"type", "integer"}, {"enum", json::array{200, 201, 204}}};
  properties["etag"] = text;
  properties["location"] = text;
  properties["body"] = any_object("The record, where it may be read.");
  return {{"type", "object"}, {"properties", std::move(properties)}, {"required", json::array{"status"}}};
}

json::object filter_schema() {
  const json::object text{{"type", "string"}};
  return {{"description", "`operator.value`; several in an array: all of them must hold."},
          {"anyOf", json::array{text, json::object{{"type", "array"}, {"items", text}}}}};
}

json::object ready_schema() {
  return {{"type", "object"},
          {"properties",
           json::object{{"ready", json::object{{"type", "boolean"}}},
                        {"reasons", json::object{{"type", "array"}, {"items", json::object{{"type", "string"}}}}}}},
          {"required", json::array{"ready"}}};
}

}  // namespace

json::object all_schemas(const Description& description) {
  json::object schemas;
  for (const Collection& collection : description.schema.collections) {
    schemas[collection.name] = record_schema(description.schema, collection);
    schemas[collection.name + ".create"] = create_schema(description.schema, collection);
    if (collection.id_kind == IdKind::uuid)
      schemas[collection.name + ".replace"] =
          replace_schema(description.schema, collection, "What a record of " + collection.name + " is to be.");
    schemas[collection.name + ".update"] = update_schema(description.schema, collection);
  }
  for (const SavedQuery& query : description.queries) {
    schemas["rpc." + query.name] = row_schema(description.schema, query);
    schemas["rpc." + query.name + ".arguments"] = arguments_schema(description.schema, query);
  }
  schemas["Batch"] = batch_schema(description);
  schemas["BatchAnswer"] = batch_answer_schema();
  schemas["Error"] = error_schema();
  schemas["Filter"] = filter_schema();
  schemas["Ready"] = ready_schema();
  return schemas;
}

}  // namespace banyan::openapi
