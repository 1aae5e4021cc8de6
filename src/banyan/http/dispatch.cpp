#include "banyan/http/dispatch.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace banyan::http {
namespace {

Response allow_only(const Site& site, const Request& request, std::string_view methods) {
  Response response;
  response.status = 204;
  response.headers.emplace_back("Allow", methods);
  site.cors.answer_preflight(request, methods, response);
  return response;
}

Response no_such_route(const Site& site, const Request& request) {
  Problem problem;
  problem.status = 404;
  problem.reason = "route_not_found";
  problem.path = request.path;
  problem.message = "There is nothing at this path.";
  problem.hint = "Look for a misspelt name or a '/' too many in the URL.";
  return site.parts.render_problem(problem);
}

// The segment of the path that cannot be decoded, if there is one: no route was looked for by its name.
std::optional<std::string_view> undecodable_segment(std::string_view path) {
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view segment = path.substr(0, path.find('/'));
    if (segment.contains('%') && !percent_decode(segment, false)) return segment;
    path.remove_prefix(segment.size());
  }
  return std::nullopt;
}

Response undecodable_path(const Site& site, const Request& request, std::string_view segment) {
  Problem problem;
  problem.status = 400;
  problem.reason = "malformed_path";
  problem.path = request.path;
  problem.message = "The part '" + std::string(segment.substr(0, 100)) + "' of the path, at byte " +
                    std::to_string(segment.data() - request.path.data()) + ", is not properly percent-encoded UTF-8.";
  problem.hint = "Write a plain '%' as '%25', and other bytes as '%' and two hexadecimal digits each.";
  return site.parts.render_problem(problem);
}

Response no_such_method(const Site& site, const Request& request, const Route& route) {
  Problem problem;
  problem.status = 405;
  problem.reason = "method_not_allowed";
  problem.message = std::string(to_string(request.method)) + " cannot be used at this path.";
  problem.hint = "Allowed here: " + route.allow() + ".";
  Response response = site.parts.render_problem(problem);
  response.headers.emplace_back("Allow", route.allow());
  return response;
}

std::string what(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "not a std::exception";
  }
}

}  // namespace

Task<Response> dispatch(const Site& site, Request& request, Context& context, const Route*& route) {
  if (request.path == "*") return allow_only(site, request, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  const Route* found = site.router.find(request.path, request.parameters);
  if (!found) {
    if (const auto segment = undecodable_segment(request.path)) return undecodable_path(site, request, *segment);
    return no_such_route(site, request);
  }
  const Handler* handler = found->handler(request.method);
  if (!handler && request.method != Method::options) return no_such_method(site, request, *found);
  route = found;
  request.route = found->path_template();
  if (!handler) return allow_only(site, request, found->allow());
  return (*handler)(request, context);
}

Response rescue(const Site& site, const Request& request, const Context& context, const std::exception_ptr& thrown) {
  site.metrics.handler_failures.add();
  site.parts.log.error("a handler failed", {{"request_id", context.request_id},
                                            {"method", std::string(to_string(request.method))},
                                            {"route", std::string(request.route)},
                                            {"error", what(thrown)}});
  Problem problem;
  problem.status = 500;
  problem.reason = "internal";
  problem.message = "Something went wrong here.";
  problem.hint = "Tell the operator the X-Request-Id of this answer; the log has the detail.";
  return site.parts.render_problem(problem);
}

}  // namespace banyan::http
