#include "banyan/api/saved_query_face.hpp"

#include <utility>

#include "banyan/api/failure.hpp"
#include "banyan/api/problem.hpp"
#include "banyan/api/request_body.hpp"
#include "banyan/core/record_json.hpp"

namespace banyan::api {

void SavedQueryFace::add_routes(http::Router& router) {
  for (const SavedQuery& query : parts_.queries.all()) {
    const std::string path = prefix_ + query.name;
    const auto handler = [this, &query](const http::Request& request, Context& context) {
      return answer(query, request, context);
    };
    if (!query.writes) router.add(http::Method::get, path, handler);
    router.add(http::Method::post, path, handler);
  }
}

Task<http::Response> SavedQueryFace::answer(const SavedQuery& query, const http::Request& request, Context& context) {
  Result<Viewer> viewer = parts_.viewers.viewer_of(request);
  if (!viewer) co_return render(viewer.error());
  context.viewer = *viewer;
  if (const auto refused = parts_.queries.refusal(context, query)) co_return render(*refused);
  Result<http::Response> response = co_await call_(parts_.queries, query, request, context);
  if (!response) co_return refuse(parts_.log, context, FailureSubject{"query", query.name}, response.error());
  co_return std::move(*response);
}

Result<std::vector<Value>> arguments_of(const services::SavedQueries& queries, const SavedQuery& query,
                                        const http::Request& request, const Context& context) {
  auto named = http::parse_query(request.query);
  if (!named)
    return fail(Error(ErrorCode::invalid, "The query string is not properly percent-encoded UTF-8.")
                    .with_reason("malformed_query"));
  if (request.method == http::Method::post) {
    if (!named->empty())
      return fail(Error(ErrorCode::invalid, "With POST, arguments stand in the body.").with_reason("malformed_query"));
    if (request.body.empty()) return queries.arguments(context, query, boost::json::object());
    const Result<boost::json::value> body = json_body_of(request);
    if (!body) return fail(body.error());
    return queries.arguments(context, query, *body);
  }
  std::vector<services::SavedQueries::Named> given;
  for (http::QueryParameter& parameter : *named)
    given.emplace_back(std::move(parameter.name), std::move(parameter.value));
  return queries.arguments(context, query, given);
}

Task<Result<http::Response>> call_saved_query(services::SavedQueries& queries, const SavedQuery& query,
                                              const http::Request& request, const Context& context) {
  Result<std::vector<Value>> arguments = arguments_of(queries, query, request, context);
  if (!arguments) co_return fail(std::move(arguments.error()));
  const Result<SavedRows> rows = co_await queries.call(context, query, std::move(*arguments));
  if (!rows) co_return fail(rows.error());
  http::Response response;
  response.content_type = http::json_type;
  response.body = http::Body(rows_json(query, *rows));
  co_return response;
}

std::string rows_json(const SavedQuery& query, const SavedRows& rows) {
  std::string out = "[";
  for (const std::vector<Value>& row : rows.rows) {
    if (out.size() > 1) out += ',';
    out += '{';
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) out += ',';
      append_json_string(out, query.columns[i].name);
      out += ':';
      append_json(out, query.columns[i], row[i]);
    }
    out += '}';
  }
  return out + "]";
}

}  // namespace banyan::api
