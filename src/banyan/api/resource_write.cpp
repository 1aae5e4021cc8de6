#include <span>
#include <utility>

#include "banyan/api/preconditions.hpp"
#include "banyan/api/record_answer.hpp"
#include "banyan/api/request_body.hpp"
#include "banyan/api/resource.hpp"

namespace banyan::api {

Task<Result<http::Response>> Resource::create(const Request& request, Context& context) {
  const Result<RecordView> view = RecordView::parse(request.query, subject());
  if (!view) co_return fail(view.error());
  const Result<boost::json::value> body = json_body_of(request);
  if (!body) co_return fail(body.error());

  const Result<std::vector<services::Written>> created =
      co_await parts_.records.create(context, parts_.collection, *body);
  if (!created) co_return fail(created.error());
  const bool one = body->is_object();
  std::string shown = co_await written_body(parts_.records, context, *view, *created, one);
  Response response;
  if (!shown.empty()) response = answer_json(std::move(shown));
  response.status = 201;
  if (one && created->size() == 1 && !is_null(created->front().id)) {
    response.etag = entity_tag(created->front().version);
    response.headers.emplace_back("Location", record_path(parts_.collection, created->front().id));
  }
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
  const Result<RecordView> view = RecordView::parse(request.query, subject());
  if (!view) co_return fail(view.error());
  const Result<IfMatch> if_match = write_precondition(request);
  if (!if_match) co_return fail(if_match.error());
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
  if (changed->record && view->is_plain()) co_return answer_record(request, changed->record, *view);
  std::string shown = co_await written_body(parts_.records, context, *view, std::span(&*changed, std::size_t{1}), true);
  Response response;
  response.status = 204;
  if (!shown.empty()) response = answer_json(std::move(shown));
  response.etag = entity_tag(changed->version);
  co_return response;
}

Task<Result<http::Response>> Resource::remove(const Request& request, Context& context) {
  Result<Value> id = id_of(request);
  if (!id) co_return fail(std::move(id.error()));
  const Result<IfMatch> if_match = write_precondition(request);
  if (!if_match) co_return fail(if_match.error());
  const Result<RecordView> view = RecordView::parse(request.query, subject());
  if (!view) co_return fail(view.error());

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

}  // namespace banyan::api
