#include "banyan/api/openapi/document.hpp"

#include <boost/json/array.hpp>

#include "banyan/api/openapi/json_document.hpp"
#include "banyan/api/openapi/operations.hpp"
#include "banyan/api/openapi/parameters.hpp"
#include "banyan/api/openapi/schemas.hpp"
#include "banyan/http/response.hpp"

namespace banyan::openapi {
namespace {

namespace json = boost::json;

constexpr std::string_view problem_type = "application/problem+json";

json::object reference_to(std::string_view kind, std::string_view name) {
  return {{"$ref", "#/components/" + std::string(kind) + "/" + std::string(name)}};
}

json::object content(std::string_view type, json::value schema) {
  return {{type, json::object{{"schema", std::move(schema)}}}};
}

json::value schema_of(const Answer& answer) {
  if (answer.schema.empty()) return json::object{{"type", "string"}};
  json::object one = reference_to("schemas", answer.schema);
  if (!answer.is_array && !answer.or_array) return one;
  json::object many{{"type", "array"}, {"items", one}};
  if (answer.is_array) return many;
  return json::object{{"anyOf", json::array{std::move(one), std::move(many)}}};
}

json::object response_of(const Answer& answer) {
  json::object made{{"description", answer.description}};
  json::object headers;
  for (const std::string& name : answer.headers) headers[name] = reference_to("headers", name);
  if (!headers.empty()) made["headers"] = std::move(headers);
  if (!answer.content_type.empty()) made["content"] = content(answer.content_type, schema_of(answer));
  if (answer.body_may_lack) made["x-banyan-body"] = "lacks where the viewer may not read the record";
  return made;
}

json::array parameters_of(const Operation& operation) {
  json::array all;
  for (const Parameter& parameter : operation.parameters) {
    json::object made{{"name", parameter.name}, {"in", to_string(parameter.place)}};
    if (parameter.place == Parameter::Place::path || parameter.required) made["required"] = true;
    made["description"] = parameter.description;
    made["schema"] = parameter.schema;
    if (!parameter.example.empty()) made["example"] = parameter.example;
    for (const auto& member : parameter.extra) made[member.key()] = member.value();
    all.push_back(std::move(made));
  }
  return all;
}

// With the key or without it, or with it alone.
json::array security_of(const Operation& operation) {
  json::array all;
  if (operation.access != "nobody") all.push_back(json::object{});
  for (const char* scheme : {"bearer", "apikey"}) all.push_back(json::object{{scheme, json::array{}}});
  return all;
}

std::string described(const Operation& operation) {
  std::string text = operation.description;
  const auto add = [&](const char* sentence) { text += (text.empty() ? "" : " ") + std::string(sentence); };
  if (operation.access == "nobody") add("Only with the service key.");
  if (operation.access == "rule") add("A rule decides who may, record by record.");
  return text;
}

json::object body_of(const Operation& operation) {
  json::value schema = reference_to("schemas", operation.body);
  if (operation.body_or_array) {
    json::object many{{"type", "array"}, {"items", schema}};
    schema = json::object{{"anyOf", json::array{std::move(schema), std::move(many)}}};
  }
  return {{"required", operation.body_is_required}, {"content", content(http::json_type, std::move(schema))}};
}

json::object operation_of(const Path& path, const Operation& operation) {
  json::object made{{"operationId", operation.id}, {"tags", json::array{json::value(path.tag)}}};
  made["summary"] = operation.summary;
  if (const std::string text = described(operation); !text.empty()) made["description"] = text;
  if (!operation.parameters.empty()) made["parameters"] = parameters_of(operation);
  if (!operation.body.empty()) made["requestBody"] = body_of(operation);
  json::object responses;
  for (const Answer& answer : operation.answers) responses[std::to_string(answer.status)] = response_of(answer);
  for (const int status : operation.errors) {
    const std::string name = std::to_string(status);
    responses[name] = reference_to("responses", name);
  }
  made["responses"] = std::move(responses);
  if (operation.access.empty()) {
    made["security"] = json::array{};
  } else {
    made["security"] = security_of(operation);
    made["x-banyan-access"] = operation.access == "nobody" ? std::string_view("service") : operation.access;
  }
  return made;
}

struct StatusText {
  int status;
  std::string_view description;
};
constexpr StatusText status_texts[] = {
    {300, "More than one relation leads where an embed points; `hint` says how to choose."},
    {400, "The request, its query or its body is not what it must be."},
    {401, "Not open to everyone, or a wrong key."},
    {403, "Not allowed to this viewer."},
    {404, "There is no such record, or none that the viewer may see."},
    {408, "The request came too slowly."},
    {409, "A value that must be unique is taken, or a reference would be broken."},
    {412, "The record is not at a version that If-Match names."},
    {413, "More than a bound allows."},
    {414, "The URL is too long."},
    {415, "The body is of another type."},
    {417, "An Expect other than 100-continue."},
    {431, "The headers are too large."},
    {500, "A bug, or damage; the server's log has the detail."},
    {503, "Not for now: try again."},
    {507, "The disk is full: nothing was done."},
};

json::object shared_responses() {
  json::object all;
  for (const auto& [status, description] : status_texts) {
    json::object made{{"description", description}};
    if (status == 401)
      made["headers"] = json::object{{"WWW-Authenticate", reference_to("headers", "WWW-Authenticate")}};
    if (status == 503) made["headers"] = json::object{{"Retry-After", reference_to("headers", "Retry-After")}};
    made["content"] = content(problem_type, reference_to("schemas", "Error"));
    all[std::to_string(status)] = std::move(made);
  }
  return all;
}

json::object shared_headers(bool positions) {
  const auto header = [](std::string_view description, std::string_view type = "string") {
    return json::object{{"description", description}, {"schema", json::object{{"type", type}}}};
  };
  json::object all{
      {"ETag", header("The record's version, in quotes; for If-Match and If-None-Match. With one record only.")},
      {"Location", header("The path of the record that was created. With one record only.")},
      {"Link", header("The next page, `rel=\"next\"`, where there may be one.")},
      {"Content-Range", header("Which of how many records these are, where they were counted.")},
      {"Preference-Applied", header("What of `Prefer` was heeded.")},
      {"WWW-Authenticate", header("How to say who asks: `Bearer`.")},
      {"Retry-After", header("After how many seconds to try again.", "integer")}};
  if (positions)
    all["Banyan-Position"] = header("How far the client has seen: for `Banyan-Position` of its next request.");
  return all;
}

/// Operations on records and queries, and all that they answer but errors, have the position.
void add_position(Path& path) {
  if (path.tag == "server" && path.path != "/batch") return;
  for (Operation& operation : path.operations) {
    operation.parameters.push_back(position_parameter());
    for (Answer& answer : operation.answers) answer.headers.emplace_back("Banyan-Position");
  }
}

json::object security_schemes() {
  return {
      {"bearer",
       json::object{{"type", "http"}, {"scheme", "bearer"}, {"description", "`Authorization: Bearer <service key>`"}}},
      {"apikey",
       json::object{
           {"type", "apiKey"}, {"in", "header"}, {"name", "apikey"}, {"description", "`apikey: <service key>`"}}}};
}

json::array tags_of(const Description& description) {
  json::array tags;
  for (const Collection& collection : description.schema.collections)
    tags.push_back(json::object{{"name", collection.name}, {"description", "Records of " + collection.name + "."}});
  if (!description.queries.empty()) tags.push_back(json::object{{"name", "rpc"}, {"description", "Saved queries."}});
  tags.push_back(json::object{{"name", "server"}, {"description", "The server itself."}});
  return tags;
}

}  // namespace

std::string make_document(const Description& description) {
  json::object paths;
  for (Path& path : all_paths(description)) {
    if (description.positions) add_position(path);
    json::object& item = paths[path.path].emplace_object();
    for (const Operation& operation : path.operations) item[operation.method] = operation_of(path, operation);
  }
  json::object document{{"openapi", "3.1.0"}};
  document["info"] = {{"title", description.application},
                      {"version", description.version},
                      {"description", "Served by Banyan. For people: /docs."}};
  document["servers"] = json::array{json::object{{"url", "/"}}};
  document["tags"] = tags_of(description);
  document["paths"] = std::move(paths);
  document["components"] = {{"schemas", all_schemas(description)},
                            {"responses", shared_responses()},
                            {"headers", shared_headers(description.positions)},
                            {"securitySchemes", security_schemes()}};
  return write_json(document);
}

}  // namespace banyan::openapi
