#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/base/context.hpp"
#include "banyan/base/metrics.hpp"
#include "banyan/base/task.hpp"
#include "banyan/http/request.hpp"
#include "banyan/http/response.hpp"

namespace banyan::http {

/// Answers one request. An exception that leaves it is a bug: logged, answered 500. Thread-safe; called on every loop.
/// `request` and `context` live until the task is done.
using Handler = std::function<Task<Response>(const Request& request, Context& context)>;

/// One template and its handlers.
class Route {
 public:
  std::string_view path_template() const noexcept { return template_; }
  const Handler* handler(Method method) const noexcept;
  /// "GET, HEAD, POST": for Allow. HEAD stands wherever GET does; OPTIONS always.
  const std::string& allow() const noexcept { return allow_; }
  /// Latency of this route's answers by status class (2xx is 2), made by Router::finish().
  Histogram* latency(Method method, int status) const noexcept;

 private:
  friend class Router;
  std::string template_;
  std::array<Handler, method_count> handlers_;
  std::string allow_;
  std::array<std::array<Histogram*, 6>, method_count> latency_{};
};

/// Finds the route of a path. Templates are of literal segments and {parameters} ("/users/{id}"); a literal goes
/// before a parameter. Built at start, immutable afterwards; thread-safe once built.
class Router {
 public:
  Router();
  ~Router();
  Router(Router&&) noexcept;

  /// Puts every handler that is added from now on into what `wrap` makes of it.
  void wrap_handlers(std::function<Handler(Handler)> wrap) { wrap_ = std::move(wrap); }

  /// Throws std::logic_error for a template or method that is there already.
  void add(Method method, std::string_view path_template, Handler handler);
  /// Makes the metrics. Call once, after the last add().
  void finish(Metrics& metrics);

  /// The route, with `parameters` filled by percent-decoded values; null when there is none. A path whose escapes are
  /// malformed has none.
  const Route* find(std::string_view path, std::vector<std::string>& parameters) const;

 private:
  struct Node;
  std::unique_ptr<Node> root_;
  std::vector<std::unique_ptr<Route>> routes_;
  std::function<Handler(Handler)> wrap_;
};

}  // namespace banyan::http
