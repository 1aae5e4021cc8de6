#include "banyan/api/openapi/query_operations.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

#include "banyan/api/openapi/field_schema.hpp"
#include "banyan/http/response.hpp"

namespace banyan::openapi {
namespace {

namespace json = boost::json;

json::object json_text_schema(const Field& parameter) {
  json::object made{{"type", "string"}, {"contentMediaType", "application/json"}};
  if (parameter.default_value && !is_null(parameter.default_value->value))
    made["default"] = std::get<std::string>(parameter.default_value->value);
  return made;
}

// As text in a URL, where there is no null. What else is to be said of it goes to the description.
json::object url_schema(const Schema& schema, const Field& parameter, std::string& description) {
  if (parameter.type == FieldType::json) {
    description += " It is JSON.";
    return json_text_schema(parameter);
  }
  json::object made = field_schema(schema, parameter, Side::input);
  if (const auto* text = made.if_contains("description")) description += " " + std::string(text->as_string());
  made.erase("description");
  if (const auto* types = made.if_contains("type"); types != nullptr && types->is_array()) {
    const json::value type = types->as_array().front();
    made["type"] = type;
  }
  if (auto* values = made.if_contains("enum")) {
    json::array some;
    for (const json::value& value : values->as_array())
      if (!value.is_null()) some.push_back(value);
    *values = std::move(some);
  }
  return made;
}

Operation make(const SavedQuery& query, std::string_view method) {
  constexpr std::string_view access_words[] = {"nobody", "anyone", "rule"};  // By Access.
  Operation made;
  made.method = method;
  made.id = (method == "get" ? "query_" : "call_") + query.name;
  made.summary = "Call " + query.name;
  made.description = query.writes ? "It may change records." : "";
  made.access = access_words[static_cast<std::size_t>(query.access)];
  made.answers = {{.status = 200,
                   .description = "The rows that come out; none is no error.",
                   .schema = "rpc." + query.name,
                   .is_array = true,
                   .content_type = http::json_type}};
  made.errors = {400, 401, 408, 413, 414, 417, 431, 500, 503};
  if (query.access != Access::anyone) made.errors.push_back(403);
  if (query.writes) made.errors.insert(made.errors.end(), {409, 507});
  if (method == "post") made.errors.push_back(415);
  std::ranges::sort(made.errors);
  return made;
}

Operation reading(const Schema& schema, const SavedQuery& query) {
  Operation made = make(query, "get");
  for (const Field& field : query.parameters) {
    Parameter parameter;
    parameter.name = field.name;
    parameter.description = "A value, as it is.";
    parameter.required = field.required && !field.default_value;
    parameter.schema = url_schema(schema, field, parameter.description);
    made.parameters.push_back(std::move(parameter));
  }
  return made;
}

Operation calling(const SavedQuery& query) {
  Operation made = make(query, "post");
  made.body = "rpc." + query.name + ".arguments";
  made.body_is_required =
      std::ranges::any_of(query.parameters, [](const Field& field) { return field.required && !field.default_value; });
  return made;
}

}  // namespace

Path query_path(const Schema& schema, const SavedQuery& query) {
  Path path{"/rpc/" + query.name, "rpc", {}};
  if (!query.writes) path.operations.push_back(reading(schema, query));
  path.operations.push_back(calling(query));
  return path;
}

}  // namespace banyan::openapi
