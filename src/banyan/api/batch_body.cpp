#include "banyan/api/batch_body.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "banyan/api/entity_tag.hpp"
#include "banyan/base/words.hpp"
#include "banyan/core/record_json.hpp"
#include "banyan/http/request.hpp"

namespace banyan::api {
namespace {

namespace json = boost::json;
using services::Operation;

constexpr std::size_t problems_max = 100;

struct Method {
  std::string_view word;
  Operation::Kind kind;
};
constexpr std::array methods = {Method{"POST", Operation::Kind::create}, Method{"PATCH", Operation::Kind::update},
                                Method{"PUT", Operation::Kind::replace}, Method{"DELETE", Operation::Kind::remove}};

std::string cut(std::string_view text) { return "'" + std::string(text.substr(0, 100)) + "'"; }

std::optional<std::string_view> text_of(const json::value* value) {
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string_view(value->get_string());
}

class Reader {
 public:
  Reader(const Schema& schema, std::vector<FieldProblem>& problems) : schema_(schema), problems_(problems) {}

  void read(std::size_t index, const json::value& given, Operation& operation) {
    place_ = "[" + std::to_string(index) + "]";
    const json::object* object = given.if_object();
    if (object == nullptr) return report("", "must be an object with method and path");
    for (const auto& member : *object) check_name(member.key());
    const auto method = text_of(object->if_contains("method"));
    const auto* known = std::ranges::find(methods, method.value_or(""), &Method::word);
    if (known == methods.end()) return report("method", "must be POST, PATCH, PUT or DELETE");
    operation.kind = known->kind;
    read_path(text_of(object->if_contains("path")), operation);
    read_body(object->if_contains("body"), operation);
    if (const json::value* if_match = object->if_contains("if_match")) read_if_match(*if_match, operation);
  }

 private:
  void report(std::string_view member, std::string message) {
    if (problems_.size() == problems_max) return;
    problems_.push_back({place_ + (member.empty() ? "" : ".") + std::string(member), std::move(message)});
  }

  void check_name(std::string_view name) {
    constexpr std::string_view names[] = {"method", "path", "body", "if_match"};
    if (std::ranges::find(names, name) != std::end(names)) return;
    report(name.substr(0, 64), "is no member of an operation" + did_you_mean(name, names));
  }

  // `/users` of a POST, `/users/1` of all others.
  void read_path(std::optional<std::string_view> path, Operation& operation) {
    const bool creates = operation.kind == Operation::Kind::create;
    if (!path || !path->starts_with('/')) return report("path", "must be text such as " + example(creates));
    std::string_view rest = path->substr(1);
    const std::string_view name = rest.substr(0, rest.find('/'));
    rest.remove_prefix(name.size());
    operation.collection = schema_.find(name);
    if (operation.collection == nullptr) {
      std::vector<std::string_view> names;
      for (const Collection& collection : schema_.collections) names.push_back(collection.name);
      return report("path", "names no collection: " + cut(name) + did_you_mean(name, names));
    }
    const auto id = http::percent_decode(rest.empty() ? rest : rest.substr(1), false);
    if (creates != rest.empty() || !id || (!creates && id->empty()))
      return report("path", "must be " + example(creates) + " with this method");
    if (creates) return;
    Result<Value> value = value_from_text(operation.collection->fields.front(), *id);
    if (!value) return report("path", "has an id that " + value.error().message);
    operation.id = std::move(*value);
  }

  static std::string example(bool creates) { return creates ? "\"/users\"" : "\"/users/1\""; }

  void read_body(const json::value* body, Operation& operation) {
    if (operation.kind == Operation::Kind::remove) {
      if (body != nullptr) report("body", "does not belong to a DELETE");
      return;
    }
    if (body == nullptr || !body->is_object()) return report("body", "must be an object");
    operation.body = body;
  }

  void read_if_match(const json::value& given, Operation& operation) {
    const auto text = text_of(&given);
    if (operation.kind == Operation::Kind::create || !text)
      return report("if_match", text ? "does not belong to a POST" : "must be an ETag as it was answered, or \"*\"");
    const Result<IfMatch> if_match = parse_if_match(*text);
    if (!if_match || if_match->versions.size() > 1)
      return report("if_match", "must be one ETag as it was answered, quotes included, or \"*\"");
    if (if_match->kind == IfMatch::Kind::versions)
      operation.expected = if_match->versions.empty() ? Version{0} : if_match->versions.front();
  }

  const Schema& schema_;
  std::vector<FieldProblem>& problems_;
  std::string place_;
};

std::unexpected<Error> refuse(std::vector<FieldProblem> problems) {
  std::string message = problems.front().field + ": " + problems.front().message;
  if (problems.size() > 1) message += " (and " + std::to_string(problems.size() - 1) + " more)";
  return fail(Error(ErrorCode::invalid, message + ".")
                  .with_reason("malformed_batch")
                  .with_hint("Send {\"operations\":[{\"method\":\"PATCH\",\"path\":\"/users/1\",\"body\":{…}}]}.")
                  .with_fields(std::move(problems)));
}

}  // namespace

Result<std::vector<Operation>> operations_from(const Schema& schema, const json::value& body) {
  const json::object* object = body.if_object();
  const json::value* list = object ? object->if_contains("operations") : nullptr;
  if (list == nullptr || !list->is_array() || object->size() != 1)
    return refuse({{"operations", "must be an array, and all that the body holds"}});
  std::vector<FieldProblem> problems;
  Reader reader(schema, problems);
  std::vector<Operation> operations(list->get_array().size());
  for (std::size_t i = 0; i < operations.size(); ++i) reader.read(i, list->get_array()[i], operations[i]);
  if (!problems.empty()) return refuse(std::move(problems));
  return operations;
}

}  // namespace banyan::api
