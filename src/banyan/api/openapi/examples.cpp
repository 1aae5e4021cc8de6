#include "banyan/api/openapi/examples.hpp"

#include <algorithm>

#include "banyan/api/openapi/field_schema.hpp"
#include "banyan/api/openapi/json_document.hpp"

namespace banyan::openapi {
namespace {

namespace json = boost::json;

constexpr std::size_t optional_fields_shown_max = 2;

bool can_be_sent(const Field& field) { return field.role == FieldRole::ordinary && !field.read_only; }

// Within single quotes of a shell.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string example_id(const Schema& schema, const Collection& collection) {
  if (collection.id_kind == IdKind::integer) return "1";
  return std::string(example_value(schema, collection.fields.front()).as_string());
}

json::object example_record(const Schema& schema, const Collection& collection) {
  json::object record;
  std::size_t optional = 0;
  for (const Field& field : collection.fields) {
    if (!can_be_sent(field)) continue;
    const bool needed = field.required && !field.default_value;
    if (needed || optional++ < optional_fields_shown_max) record[field.name] = example_value(schema, field);
  }
  return record;
}

// One member: that of the first field which can be sent.
json::object example_change(const Schema& schema, const Collection& collection) {
  const auto found = std::ranges::find_if(collection.fields, can_be_sent);
  if (found == collection.fields.end()) return {};
  return {{found->name, example_value(schema, *found)}};
}

// Three parameters that go well together: a filter on something ordered, an order, a limit.
std::string list_arguments(const Operation& operation) {
  std::string text;
  const auto add = [&](const std::string& name, const std::string& value) {
    text += " \\\n  --data-urlencode " + quoted(name + "=" + value);
  };
  for (const Parameter& parameter : operation.parameters)
    if (parameter.name != "id" && parameter.example.starts_with("gte.")) {
      add(parameter.name, parameter.example);
      break;
    }
  for (const Parameter& parameter : operation.parameters)
    if (parameter.name == "order") add(parameter.name, parameter.example);
  add("limit", "20");
  return text;
}

}  // namespace

std::string example_body(const Schema& schema, const Collection& collection) {
  return write_json(example_record(schema, collection));
}

std::string curl_example(const Schema& schema, const Collection& collection, const Path& path,
                         const Operation& operation) {
  std::string url = path.path;
  if (const std::size_t at = url.find("{id}"); at != std::string::npos)
    url.replace(at, 4, example_id(schema, collection));
  const bool is_list = operation.method == "get" && url == path.path;
  std::string method(operation.method);
  std::ranges::transform(method, method.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });

  std::string text = "curl ";
  if (is_list) text += "-G ";
  if (!is_list && method != "GET") text += "-X " + method + " ";
  text += "\"$URL" + url + "\"";
  if (operation.access == "nobody") text += " \\\n  -H \"Authorization: Bearer $KEY\"";
  if (is_list) text += list_arguments(operation);
  if (!operation.body.empty()) {
    const bool is_change = operation.method == "patch";
    text += " \\\n  -H 'Content-Type: application/json' \\\n  -d " +
            quoted(write_json(is_change ? example_change(schema, collection) : example_record(schema, collection)));
  }
  return text;
}

std::string curl_example(const Schema& schema, const SavedQuery& query) {
  json::object arguments;
  for (const Field& parameter : query.parameters)
    if (parameter.required && !parameter.default_value) arguments[parameter.name] = example_value(schema, parameter);
  std::string text = "curl -X POST \"$URL/rpc/" + query.name + "\"";
  if (query.access == Access::nobody) text += " \\\n  -H \"Authorization: Bearer $KEY\"";
  return text + " \\\n  -H 'Content-Type: application/json' \\\n  -d " + quoted(write_json(arguments));
}

}  // namespace banyan::openapi
