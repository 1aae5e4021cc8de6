#include "banyan/api/resource.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "banyan/api/entity_tag.hpp"
#include "banyan/api/problem.hpp"
#include "banyan/api/request_body.hpp"
#include "banyan/core/record_json.hpp"

namespace banyan::api {
namespace {

Error precondition_failed() {
  return Error(ErrorCode::version_mismatch, "The record is not at a version that If-Match names.")
      .with_hint("Read the record again, and send the ETag that comes with it.");
}

Error only_if_absent() {
  return Error(ErrorCode::version_mismatch,
               "If-None-Match keeps a write from records that exist, and this one needs one.")
      .with_hint("Ids are made here: create with POST, and guard a change with If-Match.");
}

// A write's If-Match as the versions to expect, one after the other until one is met. That nothing can match must be
// refused, but only after a look whether the record exists would tell more than the policy allows: so it becomes a
// version that no record has.
std::vector<std::optional<Version>> expected_versions(const IfMatch& if_match) {
  if (if_match.kind != IfMatch::Kind::versions) return {std::nullopt};
  if (if_match.versions.empty()) return {Version{0}};
  return {if_match.versions.begin(), if_match.versions.end()};
}

bool is_mismatch(const Error& error) { return error.code == ErrorCode::version_mismatch; }

// RFC 9110, 13.1.1: `*` is false for a record that does not exist.
Error with_precondition(Error error, const IfMatch& if_match) {
  if (is_mismatch(error)) return precondition_failed();
  if (error.code == ErrorCode::not_found && if_match.kind != IfMatch::Kind::absent) return precondition_failed();
  return error;
}

// What the caller cannot mend. Refusals under load are counted, not logged: they would add to it.
bool is_for_the_operator(ErrorCode code) {
  return code == ErrorCode::internal || code == ErrorCode::outcome_unknown || code == ErrorCode::unavailable ||
         code == ErrorCode::storage_full;
}

std::string place_of(const Error& error) {
  const std::string_view file = error.where.file_name();
  const std::size_t start = file.rfind("banyan/");
  return std::string(start == std::string_view::npos ? file : file.substr(start)) + ":" +
         std::to_string(error.where.line());
}

std::string id_text(const Value& id) {
  const auto* const number = std::get_if<std::int64_t>(&id);
  return number ? std::to_string(*number) : std::get<std::string>(id);
}

}  // namespace

void Resource::add_routes(http::Router& router) {
  const std::string collection_path = "/" + parts_.collection.name;
  const std::string record_path = collection_path + "/{id}";
  router.add(http::Method::get, collection_path, handler_of(&Resource::list, Action::read));
  router.add(http::Method::post, collection_path, handler_of(&Resource::create, Action::create));
  router.add(http::Method::get, record_path,
             [this](const Request& request, Context& context) { return get(request, context); });
  router.add(http::Method::patch, record_path, handler_of(&Resource::update, Action::update));
  router.add(http::Method::put, record_path, handler_of(&Resource::replace, Action::update));
  router.add(http::Method::remove, record_path, handler_of(&Resource::remove, Action::remove));
}

http::Handler Resource::handler_of(Operation operation, Action action) {
  return [this, operation, action](const Request& request, Context& context) {
    return run(operation, action, request, context);
  };
}

std::optional<Error> Resource::identify(Action action, const Request& request, Context& context) const {
  Result<Viewer> viewer = parts_.viewers.viewer_of(request);
  if (!viewer) return std::move(viewer.error());
  context.viewer = *viewer;
  return services::refusal(context, parts_.collection, action);
}

Task<http::Response> Resource::run(Operation operation, Action action, const Request& request, Context& context) {
  if (const auto refused = identify(action, request, context)) co_return render(*refused);
  Result<Response> response = co_await (this->*operation)(request, context);
  if (!response) co_return refuse(context, response.error());
  co_return std::move(*response);
}

http::Response Resource::refuse(const Context& context, const Error& error) const {
  if (is_for_the_operator(error.code))
    parts_.log.error("a request failed", {{"request_id", context.request_id},
                                          {"collection", parts_.collection.name},
                                          {"code", to_string(error.code)},
                                          {"error", error.message},
                                          {"detail", error.detail},
                                          {"where", place_of(error)}});
  return render(error);
}

// The way that most requests take: when the cache has the answer, no coroutine is made.
Task<http::Response> Resource::get(const Request& request, Context& context) {
  if (!request.query.empty() || request.header("if-match"))
    return run(&Resource::get_with_conditions, Action::read, request, context);
  if (const auto refused = identify(Action::read, request, context)) return render(*refused);
  Result<Value> id = id_of(request);
  if (!id) return render(id.error());

  Task<Result<CachedRecordPtr>> finding = parts_.records.find(context, parts_.collection, std::move(*id));
  if (finding.await_ready()) return answer_found(request, context, finding.await_resume());
  return answer_when_found(request, context, std::move(finding));
}

http::Response Resource::answer_found(const Request& request, const Context& context,
                                      const Result<CachedRecordPtr>& found) const {
  return found ? answer(request, *found, std::nullopt) : refuse(context, found.error());
}

Task<http::Response> Resource::answer_when_found(const Request& request, const Context& context,
                                                 Task<Result<CachedRecordPtr>> finding) {
  const Result<CachedRecordPtr> found = co_await std::move(finding);
  co_return answer_found(request, context, found);
}

Task<Result<http::Response>> Resource::get_with_conditions(const Request& request, Context& context) {
  Result<Value> id = id_of(request);
  if (!id) co_return fail(std::move(id.error()));
  Result<Selection> selection = parse_record_query(request.query, parts_.collection);
  if (!selection) co_return fail(std::move(selection.error()));
  const Result<IfMatch> if_match = parse_if_match(request);
  if (!if_match) co_return fail(if_match.error());

  Result<CachedRecordPtr> found = co_await parts_.records.find(context, parts_.collection, std::move(*id));
  if (!found) co_return fail(with_precondition(std::move(found.error()), *if_match));
  if (!if_match->holds_for((*found)->version)) co_return fail(precondition_failed());
  co_return answer(request, *found, *selection);
}

Task<Result<http::Response>> Resource::list(const Request& request, Context& context) {
  Result<FlatQuery> parsed = parse_list_query(request.query, parts_.collection, parts_.limits);
  if (!parsed) co_return fail(std::move(parsed.error()));
  const Result<RecordPage> page = co_await parts_.records.list(context, std::move(parsed->query));
  if (!page) co_return fail(page.error());

  std::string body = "[";
  for (const Record& record : page->records) {
    if (body.size() > 1) body += ',';
    append_selected(body, record, parsed->select);
  }
  body += ']';
  Response response;
  response.content_type = http::json_type;
  response.body = http::Body(std::move(body));
  co_return response;
}

Task<Result<http::Response>> Resource::create(const Request& request, Context& context) {
  Result<Selection> selection = parse_record_query(request.query, parts_.collection);
  if (!selection) co_return fail(std::move(selection.error()));
  const Result<boost::json::value> body = json_body_of(request);
  if (!body) co_return fail(body.error());

  const Result<std::vector<services::Written>> created =
      co_await parts_.records.create(context, parts_.collection, *body);
  if (!created) co_return fail(created.error());
  Response response;
  if (body->is_object()) {
    const services::Written& written = created->front();
    if (written.record) response = answer(request, written.record, *selection);
    response.etag = entity_tag(written.version);
    response.headers.emplace_back("Location", "/" + parts_.collection.name + "/" + id_text(written.id));
  } else if (may_read(context)) {
    response.content_type = http::json_type;
    response.body = http::Body(body_of(*created, *selection));
  }
  response.status = 201;
  co_return response;
}

Task<Result<http::Response>> Resource::update(const Request& request, Context& context) {
  return change(&services::Records::update, request, context);
}

Task<Result<http::Response>> Resource::replace(const Request& request, Context& context) {
  return change(&services::Records::replace, request, context);
}

Task<Result<http::Response>> Resource::change(Change operation, const Request& request, Context& context) {
  Result<Value> id = id_of(request);
  if (!id) co_return fail(std::move(id.error()));
  Result<Selection> selection = parse_record_query(request.query, parts_.collection);
  if (!selection) co_return fail(std::move(selection.error()));
  const Result<IfMatch> if_match = parse_if_match(request);
  if (!if_match) co_return fail(if_match.error());
  if (request.header("if-none-match")) co_return fail(only_if_absent());
  const Result<boost::json::value> body = json_body_of(request);
  if (!body) co_return fail(body.error());

  // Versions only grow. So a write that was refused for each of them in ascending order met a moment at which the
  // record was at none of them.
  Result<services::Written> changed = fail(precondition_failed());
  for (const std::optional<Version>& expected : expected_versions(*if_match)) {
    changed = co_await (parts_.records.*operation)(context, parts_.collection, *id, *body, expected);
    if (changed || !is_mismatch(changed.error())) break;
  }
  if (!changed) co_return fail(with_precondition(changed.error(), *if_match));
  if (changed->record) co_return answer(request, changed->record, *selection);
  Response response;
  response.status = 204;
  response.etag = entity_tag(changed->version);
  co_return response;
}

// A write tells no more of a record than a read would.
bool Resource::may_read(const Context& context) const {
  return parts_.collection.policy.decide(Action::read, {context.viewer, context.clock.wall()}) !=
         Policy::Verdict::denied;
}

Task<Result<http::Response>> Resource::remove(const Request& request, Context& context) {
  Result<Value> id = id_of(request);
  if (!id) co_return fail(std::move(id.error()));
  const Result<IfMatch> if_match = parse_if_match(request);
  if (!if_match) co_return fail(if_match.error());
  if (request.header("if-none-match")) co_return fail(only_if_absent());
  if (Result<Selection> selection = parse_record_query(request.query, parts_.collection); !selection)
    co_return fail(std::move(selection.error()));

  Result<void> removed = fail(precondition_failed());
  for (const std::optional<Version>& expected : expected_versions(*if_match)) {
    removed = co_await parts_.records.remove(context, parts_.collection, *id, expected);
    if (removed || !is_mismatch(removed.error())) break;
  }
  if (!removed) co_return fail(with_precondition(removed.error(), *if_match));
  Response response;
  response.status = 204;
  co_return response;
}

Result<Value> Resource::id_of(const Request& request) const {
  Result<Value> id = value_from_text(parts_.collection.fields.front(), request.parameters.front());
  if (!id) id.error().message = "The id in the path: " + id.error().message;
  return id;
}

http::Response Resource::answer(const Request& request, const CachedRecordPtr& record,
                                const Selection& selection) const {
  Response response;
  response.etag = entity_tag(record->version);
  if (request.method == http::Method::get || request.method == http::Method::head) {
    const auto none_match = request.header("if-none-match");
    if (none_match && none_match_names(*none_match, record->version)) {
      response.status = 304;
      return response;
    }
  }
  response.content_type = http::json_type;
  if (selection) {
    std::string body;
    append_projection(body, *record, *selection);
    response.body = http::Body(std::move(body));
  } else {
    response.body = http::Body(record, record->body);
  }
  return response;
}

std::string Resource::body_of(const std::vector<services::Written>& written, const Selection& selection) const {
  std::string body = "[";
  for (const auto& [id, version, created, record] : written) {
    if (!record) continue;
    if (body.size() > 1) body += ',';
    if (selection) {
      append_projection(body, *record, *selection);
    } else {
      body += record->body;
    }
  }
  body += ']';
  return body;
}

void Resource::append_selected(std::string& out, const Record& record, const Selection& selection) const {
  if (!selection) return append_json(out, parts_.collection, record);
  out += '{';
  for (const std::size_t place : *selection) {
    if (out.back() != '{') out += ',';
    const Field& field = parts_.collection.fields[place];
    append_json_string(out, field.name);
    out += ':';
    append_json(out, field, record.values[place]);
  }
  out += '}';
}

}  // namespace banyan::api
