#include "banyan/api/record_answer.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "banyan/api/entity_tag.hpp"
#include "banyan/api/query/page_json.hpp"
#include "banyan/http/entity_tags.hpp"

namespace banyan::api {
namespace {

bool is_read(const http::Request& request) {
  return request.method == http::Method::get || request.method == http::Method::head;
}

// True: the answer is made, 304.
bool answered_as_known(const http::Request& request, const Collection& collection, Version version,
                       http::Response& response) {
  response.etag = entity_tag(version);
  // What a field's rule shows changes with the viewer and the time, and not with the version.
  if (!is_read(request) || collection.has_field_rules) return false;
  if (!http::none_match_names(request, response.etag)) return false;
  response.status = 304;
  return true;
}

std::string plain_body(const RecordView& view, std::span<const services::Written> written, bool one) {
  std::string body = one ? "" : "[";
  for (const services::Written& each : written) {
    if (!each.record) continue;
    if (body.size() > 1) body += ',';
    view.append(body, *each.record);
  }
  if (!one) body += ']';
  return body;
}

}  // namespace

http::Response answer_json(std::string body) {
  http::Response response;
  response.content_type = http::json_type;
  response.body = http::Body(std::move(body));
  return response;
}

std::string record_path(const Collection& collection, const Value& id) {
  const auto* const number = std::get_if<std::int64_t>(&id);
  return "/" + collection.name + "/" + (number ? std::to_string(*number) : std::get<std::string>(id));
}

http::Response answer_record(const http::Request& request, const Collection& collection,
                             const CachedRecordPtr& record) {
  http::Response response;
  if (answered_as_known(request, collection, record->version, response)) return response;
  response.content_type = http::json_type;
  response.body = http::Body(record, record->body);
  return response;
}

http::Response answer_record(const http::Request& request, const CachedRecordPtr& record, const RecordView& view) {
  const Collection& collection = *view.selection().collection;
  if (view.is_whole()) return answer_record(request, collection, record);
  http::Response response;
  if (answered_as_known(request, collection, record->version, response)) return response;
  std::string body;
  view.append(body, *record);
  response.content_type = http::json_type;
  response.body = http::Body(std::move(body));
  return response;
}

Task<std::string> written_body(services::Records& records, const Context& context, const RecordView& view,
                               std::span<const services::Written> written, bool one) {
  if (view.is_plain()) co_return plain_body(view, written, one);
  std::vector<Value> ids;
  for (const services::Written& each : written)
    if (each.record) ids.push_back(each.id);
  if (ids.empty()) co_return std::string(one ? "" : "[]");

  const Result<RecordPage> page = co_await view.read(records, context, ids);
  if (!page) co_return std::string();
  std::string body = one ? "" : "[";
  for (const Value& id : ids) {
    const auto found =
        std::ranges::find_if(page->records, [&](const Record& record) { return record.values[0] == id; });
    if (found == page->records.end()) continue;
    if (body.size() > 1) body += ',';
    const auto index = static_cast<std::size_t>(found - page->records.begin());
    if (!append_record(body, view.selection(), *page, index)) co_return std::string();
  }
  if (!one) body += ']';
  co_return body;
}

}  // namespace banyan::api
