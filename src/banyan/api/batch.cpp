#include "banyan/api/batch.hpp"

#include <string>
#include <utility>
#include <vector>

#include "banyan/api/batch_body.hpp"
#include "banyan/api/entity_tag.hpp"
#include "banyan/api/failure.hpp"
#include "banyan/api/problem.hpp"
#include "banyan/api/query/page_json.hpp"
#include "banyan/api/record_answer.hpp"
#include "banyan/api/request_body.hpp"
#include "banyan/core/record_json.hpp"

namespace banyan::api {
namespace {

using services::Operation;
using services::Written;

// An operation's body stands in a list within an object within an object.
constexpr std::size_t depth_max = request_depth_max + 2;

/// What an operation is answered with, kept while the operation itself is given away.
struct Asked {
  Operation::Kind kind;
  const Collection* collection;
};

int status_of(Operation::Kind kind, bool shown) {
  if (kind == Operation::Kind::create) return 201;
  return shown ? 200 : 204;
}

void append_text_member(std::string& out, std::string_view name, std::string_view value) {
  out += ",\"";
  out += name;
  out += "\":";
  append_json_string(out, value);
}

// `{"status":201,"etag":"…","location":"/users/1","body":{…}}`. What is done cannot be refused any more, so bodies past
// the bound are left out.
void append_answer(std::string& out, const Asked& asked, const std::vector<Written>& written) {
  const bool removed = asked.kind == Operation::Kind::remove;
  const Written* record = written.empty() || removed ? nullptr : &written.front();
  const bool fits = out.size() <= answer_bytes_max;
  const bool shown = record != nullptr && record->record != nullptr && fits;
  out += "{\"status\":" + std::to_string(status_of(asked.kind, shown));
  if (record != nullptr && !is_null(record->id)) {
    append_text_member(out, "etag", entity_tag(record->version));
    if (asked.kind == Operation::Kind::create)
      append_text_member(out, "location", record_path(*asked.collection, record->id));
  }
  if (shown) {
    out += ",\"body\":";
    out += record->record->body;
  }
  out += '}';
}

}  // namespace

void Batch::add_routes(http::Router& router) {
  router.add(http::Method::post, "/batch",
             [this](const http::Request& request, Context& context) { return run(request, context); });
}

Task<http::Response> Batch::run(const http::Request& request, Context& context) {
  Result<Viewer> viewer = parts_.viewers.viewer_of(request);
  if (!viewer) co_return render(viewer.error());
  context.viewer = std::move(*viewer);
  Result<http::Response> response = co_await apply(request, context);
  if (!response) co_return refuse(parts_.log, context, FailureSubject{"route", "/batch"}, response.error());
  co_return std::move(*response);
}

Task<Result<http::Response>> Batch::apply(const http::Request& request, const Context& context) {
  if (!request.query.empty())
    co_return fail(Error(ErrorCode::invalid, "A batch has no parameters: what is to be done stands in its body.")
                       .with_reason("malformed_query"));
  const Result<boost::json::value> body = json_body_of(request, depth_max);
  if (!body) co_return fail(body.error());
  Result<std::vector<Operation>> operations = operations_from(parts_.schema, *body);
  if (!operations) co_return fail(std::move(operations.error()));
  std::vector<Asked> asked;
  for (const Operation& operation : *operations) asked.push_back({operation.kind, operation.collection});

  const Result<std::vector<std::vector<Written>>> written =
      co_await parts_.records.apply(context, std::move(*operations));
  if (!written) co_return fail(written.error());
  std::string out = "[";
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (i != 0) out += ',';
    append_answer(out, asked[i], i < written->size() ? (*written)[i] : std::vector<Written>());
  }
  out += ']';
  co_return answer_json(std::move(out));
}

}  // namespace banyan::api
