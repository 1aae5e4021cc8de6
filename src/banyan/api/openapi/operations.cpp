#include "banyan/api/openapi/operations.hpp"

#include <algorithm>

#include "banyan/api/openapi/parameters.hpp"
#include "banyan/api/openapi/query_operations.hpp"
#include "banyan/http/response.hpp"

namespace banyan::openapi {
namespace {

constexpr std::string_view access_words[] = {"nobody", "anyone", "rule"};  // By Access.

std::string_view access_of(const Collection& collection, Action action) {
  return access_words[static_cast<std::size_t>(collection.policy.access[static_cast<std::size_t>(action)])];
}

// Somebody who is known may still be refused: where a rule decides, or a query looks into a collection that is closed.
bool can_forbid(const Schema& schema) {
  return std::ranges::any_of(schema.collections, [](const Collection& collection) {
    const auto is_open = [](Access access) { return access == Access::anyone; };
    return collection.has_field_rules || !std::ranges::all_of(collection.policy.access, is_open) ||
           std::ranges::any_of(collection.fields, [](const Field& field) { return !field.write_text.empty(); });
  });
}

/// Makes the operations of one collection.
class Maker {
 public:
  Maker(const Description& description, const Collection& collection)
      : description_(description),
        collection_(collection),
        reading_is_open_(access_of(collection, Action::read) == "anyone"),
        can_forbid_(can_forbid(description.schema)) {}

  Operation list() const {
    Operation made = make("get", "list", Action::read, "List " + collection_.name);
    made.description =
        "A page of the records that match all filters. A filter is a parameter with a field's name: "
        "`field=operator.value`. With `select`, records have what it asks for instead of every field.";
    made.parameters = list_parameters(description_, collection_);
    made.answers = {{.status = 200,
                     .description = "The records that match, in the order asked for; none is no error.",
                     .schema = collection_.name,
                     .is_array = true,
                     .content_type = http::json_type,
                     .headers = {"Link", "Content-Range", "Preference-Applied"}}};
    made.errors = errors(with_ambiguity({413}));
    return made;
  }

  Operation create() const {
    Operation made = make("post", "create", Action::create, "Create " + collection_.name);
    made.description = "One record for an object, or one for each of an array: all of them or none. At most " +
                       std::to_string(description_.max_batch) + ".";
    made.parameters = {select_parameter(collection_)};
    made.body = collection_.name + ".create";
    made.body_or_array = true;
    made.answers = {{.status = 201,
                     .description = "What was created, as it was stored.",
                     .schema = collection_.name,
                     .or_array = true,
                     .content_type = http::json_type,
                     .headers = {"Location", "ETag"},
                     .body_may_lack = !reading_is_open_}};
    made.errors = errors(with_ambiguity({409, 413, 415, 507}));
    return made;
  }

  Operation find() const {
    Operation made = make("get", "get", Action::read, "Read one of " + collection_.name);
    made.parameters = {id_parameter(description_.schema, collection_), select_parameter(collection_),
                       if_none_match_parameter(), if_match_parameter()};
    made.answers = {record_answer(),
                    {.status = 304,
                     .description = "The record is still at a version that If-None-Match names.",
                     .headers = {"ETag"}}};
    made.errors = errors(with_ambiguity({404, 412}));
    return made;
  }

  Operation change(std::string_view method) const {
    const bool is_patch = method == "patch";
    Operation made = make(method, is_patch ? "update" : "replace", Action::update,
                          std::string(is_patch ? "Change" : "Replace") + " one of " + collection_.name);
    made.description = is_patch ? "Sets the members of the body, and leaves the rest."
                                : "Makes the record what the body says: what it does not name takes its default or "
                                  "null. It makes no new record.";
    made.parameters = {id_parameter(description_.schema, collection_), select_parameter(collection_),
                       if_match_parameter()};
    const std::string_view replacement = collection_.id_kind == IdKind::uuid ? ".replace" : ".create";
    made.body = collection_.name + std::string(is_patch ? ".update" : replacement);
    made.answers = {record_answer()};
    if (!reading_is_open_)
      made.answers.push_back(
          {.status = 204, .description = "Done; the viewer may not read the record.", .headers = {"ETag"}});
    made.errors = errors(with_ambiguity({404, 409, 412, 413, 415, 507}));
    return made;
  }

  Operation remove() const {
    Operation made = make("delete", "delete", Action::remove, "Delete one of " + collection_.name);
    made.parameters = {id_parameter(description_.schema, collection_), if_match_parameter()};
    made.answers = {{.status = 204, .description = "Deleted, and what cascades from it."}};
    made.errors = errors({404, 409, 412, 413, 507});
    return made;
  }

 private:
  Operation make(std::string_view method, std::string_view verb, Action action, std::string summary) const {
    Operation made;
    made.method = method;
    made.id = std::string(verb) + "_" + collection_.name;
    made.summary = std::move(summary);
    made.access = access_of(collection_, action);
    return made;
  }

  Answer record_answer() const {
    return {.status = 200,
            .description = "The record.",
            .schema = collection_.name,
            .content_type = http::json_type,
            .headers = {"ETag"}};
  }

  // Two relations can lead where an embed of `select` points.
  std::vector<int> with_ambiguity(std::vector<int> statuses) const {
    const auto is_reference = [](const Field& field) { return field.type == FieldType::reference; };
    const auto refers = [&](const Collection& other) { return std::ranges::any_of(other.fields, is_reference); };
    if (std::ranges::any_of(description_.schema.collections, refers)) statuses.push_back(300);
    return statuses;
  }

  // And what the server may answer to any request: malformed or too long, too slow, a wrong key, overload, a bug.
  std::vector<int> errors(std::vector<int> of_operation) const {
    std::vector<int> all = {400, 401, 408, 413, 414, 417, 431, 500, 503};
    if (can_forbid_) all.push_back(403);
    all.insert(all.end(), of_operation.begin(), of_operation.end());
    std::ranges::sort(all);
    all.erase(std::ranges::unique(all).begin(), all.end());
    return all;
  }

  const Description& description_;
  const Collection& collection_;
  bool reading_is_open_;
  bool can_forbid_;
};

Operation batch(const Description& description) {
  Operation made;
  made.method = "post";
  made.id = "batch";
  made.summary = "Do several writes together";
  made.description = "All of them or none, at most " + std::to_string(description.max_batch) +
                     ". Each is allowed or refused as a request of its own would be.";
  made.access = "anyone";
  made.body = "Batch";
  made.answers = {{.status = 200,
                   .description = "What each would have been answered, in their order.",
                   .schema = "BatchAnswer",
                   .is_array = true,
                   .content_type = http::json_type}};
  made.errors = {400, 401, 403, 404, 408, 409, 412, 413, 414, 415, 417, 431, 500, 503, 507};
  return made;
}

Operation health() {
  Operation made;
  made.method = "get";
  made.id = "health";
  made.summary = "Whether the process lives";
  made.answers = {{.status = 200, .description = "It does: `ok`.", .content_type = http::text_type}};
  made.errors = {400, 408, 413, 414, 417, 431, 500, 503};
  return made;
}

Operation readiness() {
  Operation made;
  made.method = "get";
  made.id = "health_ready";
  made.summary = "Whether the server should get requests";
  made.answers = {
      {.status = 200, .description = "It should.", .schema = "Ready", .content_type = http::json_type},
      {.status = 503, .description = "It should not, and why.", .schema = "Ready", .content_type = http::json_type}};
  made.errors = {400, 408, 413, 414, 417, 431, 500};
  return made;
}

}  // namespace

std::string_view to_string(Parameter::Place place) noexcept {
  constexpr std::string_view words[] = {"path", "query", "header"};
  return words[static_cast<std::size_t>(place)];
}

std::vector<Path> collection_paths(const Description& description, const Collection& collection) {
  const Maker maker(description, collection);
  const std::string path = "/" + collection.name;
  return {
      {path, collection.name, {maker.list(), maker.create()}},
      {path + "/{id}", collection.name, {maker.find(), maker.change("patch"), maker.change("put"), maker.remove()}}};
}

std::vector<Path> all_paths(const Description& description) {
  std::vector<Path> paths;
  for (const Collection& collection : description.schema.collections)
    std::ranges::move(collection_paths(description, collection), std::back_inserter(paths));
  paths.push_back({"/batch", "server", {batch(description)}});
  for (const SavedQuery& query : description.queries) paths.push_back(query_path(description.schema, query));
  paths.push_back({"/health", "server", {health()}});
  paths.push_back({"/health/ready", "server", {readiness()}});
  return paths;
}

}  // namespace banyan::openapi
