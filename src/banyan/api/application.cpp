#include "banyan/api/application.hpp"

#include <algorithm>
#include <utility>

#include "banyan/api/problem.hpp"
#include "banyan/base/words.hpp"
#include "banyan/core/record_json.hpp"

namespace banyan::api {
namespace {

constexpr std::string_view metrics_type = "text/plain; version=0.0.4; charset=utf-8";

http::Response text_response(std::string_view content_type, std::string text) {
  http::Response response;
  response.content_type = content_type;
  response.body = http::Body(std::move(text));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

}  // namespace

Application::Application(Parts parts)
    : parts_(std::move(parts)),
      batch_({parts_.schema, parts_.records, parts_.viewers, parts_.log}),
      saved_queries_({parts_.queries, parts_.viewers, parts_.log}, "/rpc/", call_saved_query),
      documents_(parts_.documents) {
  resources_.reserve(parts_.schema.collections.size());
  for (const Collection& collection : parts_.schema.collections)
    resources_.emplace_back(
        Resource::Parts{parts_.schema, collection, parts_.records, parts_.viewers, parts_.limits, parts_.log});
}

void Application::add_routes(http::Router& router) {
  using http::Method;
  router.add(Method::get, "/health", [](const http::Request&, Context&) -> Task<http::Response> {
    return text_response(http::text_type, "ok");
  });
  router.add(Method::get, "/health/ready",
             [this](const http::Request&, Context&) -> Task<http::Response> { return health_ready(); });
  router.add(Method::get, "/metrics",
             [this](const http::Request& request, Context&) -> Task<http::Response> { return metrics(request); });
  documents_.add_routes(router);
  batch_.add_routes(router);
  saved_queries_.add_routes(router);
  for (Resource& resource : resources_) resource.add_routes(router);
}

http::Response Application::health_ready() const {
  const std::vector<std::string> reasons = parts_.unready_reasons();
  std::string body = reasons.empty() ? "{\"ready\":true}" : "{\"ready\":false,\"reasons\":[";
  for (const std::string& reason : reasons) {
    if (&reason != &reasons.front()) body += ',';
    append_json_string(body, reason);
  }
  if (!reasons.empty()) body += "]}";
  http::Response response = text_response(http::json_type, std::move(body));
  response.status = reasons.empty() ? 200 : 503;
  return response;
}

http::Response Application::metrics(const http::Request& request) const {
  if (parts_.metrics_need_key) {
    const Result<Viewer> viewer = parts_.viewers.viewer_of(request);
    if (!viewer) return render(viewer.error());
    if (!viewer->is_service())
      return render(Error(ErrorCode::unauthenticated, "The metrics are for the service key only.")
                        .with_hint("Send 'Authorization: Bearer <service key>', or set metrics.access = \"anyone\"."));
  }
  return text_response(metrics_type, parts_.expose_metrics());
}

http::Response Application::render_problem(const http::Problem& problem) const {
  if (problem.reason != "route_not_found") return render(problem);
  http::Problem explained = problem;
  std::vector<std::string_view> names{"health", "metrics", "openapi.json", "docs", "batch"};
  for (const Collection& collection : parts_.schema.collections) names.push_back(collection.name);
  const std::string_view path = problem.path.substr(problem.path.starts_with('/') ? 1 : 0);
  const std::string_view first = path.substr(0, path.find('/'));
  // What is there needs no neighbour: something else is wrong with the path.
  const bool known = std::ranges::find(names, first) != names.end();
  const std::string nearest = first == "rpc" ? nearest_query(path) : known ? "" : did_you_mean(first, names);
  explained.message =
      "There is nothing at '" + std::string(problem.path.substr(0, 100)) + "'" + (nearest.empty() ? "." : nearest);
  explained.hint = first == "rpc" ? "Saved queries are served as /rpc/<name>."
                                  : "Collections are served as /<collection> and /<collection>/<id>.";
  return render(explained);
}

std::string Application::nearest_query(std::string_view path) const {
  std::vector<std::string_view> names;
  for (const SavedQuery& query : parts_.queries.all()) names.push_back(query.name);
  return did_you_mean(path.substr(std::min(path.size(), path.find('/') + 1)), names);
}

}  // namespace banyan::api
