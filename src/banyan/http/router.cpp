#include "banyan/http/router.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "banyan/http/route_metrics.hpp"

namespace banyan::http {
namespace {

constexpr std::size_t index_of(Method method) { return static_cast<std::size_t>(method); }

struct Segment {
  std::string_view text;
  bool has_escape = false;
};

// Takes the first segment off `path`, which begins with "/". Segments are short: one plain loop beats two memchr.
Segment take_segment(std::string_view& path) noexcept {
  bool has_escape = false;
  std::size_t end = 1;
  for (; end < path.size() && path[end] != '/'; ++end) has_escape |= path[end] == '%';
  const Segment segment{path.substr(1, end - 1), has_escape};
  path.remove_prefix(end);
  return segment;
}

bool is_parameter(std::string_view segment) noexcept {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

}  // namespace

struct Router::Node {
  static constexpr std::size_t few = 4;
  struct Literal {
    std::string text;
    std::unique_ptr<Node> node;
  };
  std::vector<Literal> literals;  // by text
  std::unique_ptr<Node> parameter;
  const Route* route = nullptr;

  auto position(std::string_view text) {
    return std::ranges::lower_bound(literals, text, {}, [](const Literal& l) { return std::string_view(l.text); });
  }
  Node* literal(std::string_view text) {
    // Few are looked through as they stand.
    if (literals.size() <= few) {
      for (const Literal& known : literals) {
        if (known.text == text) return known.node.get();
      }
      return nullptr;
    }
    const auto at = position(text);
    return at != literals.end() && at->text == text ? at->node.get() : nullptr;
  }
  Node& child(std::string_view segment) {
    if (is_parameter(segment)) {
      if (!parameter) parameter = std::make_unique<Node>();
      return *parameter;
    }
    if (Node* found = literal(segment)) return *found;
    return *literals.insert(position(segment), Literal{std::string(segment), std::make_unique<Node>()})->node;
  }

  // Tries the literal first. As deep as the templates are, whatever the path.
  const Route* find(std::string_view path, std::vector<std::string>& parameters) {
    if (path.empty()) return route;
    const Segment segment = take_segment(path);
    if (!segment.has_escape) return find_below(segment.text, path, parameters);
    const std::optional<std::string> decoded = percent_decode(segment.text, false);
    return decoded ? find_below(*decoded, path, parameters) : nullptr;
  }
  const Route* find_below(std::string_view segment, std::string_view rest, std::vector<std::string>& parameters) {
    if (Node* next = literal(segment)) {
      if (const Route* found = next->find(rest, parameters)) return found;
    }
    if (!parameter || segment.empty()) return nullptr;
    parameters.emplace_back(segment);
    const Route* found = parameter->find(rest, parameters);
    if (!found) parameters.pop_back();
    return found;
  }
};

const Handler* Route::handler(Method method) const noexcept {
  const Handler& own = handlers_[index_of(method)];
  if (own) return &own;
  if (method == Method::head && handlers_[index_of(Method::get)]) return &handlers_[index_of(Method::get)];
  return nullptr;
}

Histogram* Route::latency(Method method, int status) const noexcept {
  const auto status_class = static_cast<std::size_t>(status) / 100;
  return status_class < 6 ? latency_[index_of(method)][status_class] : nullptr;
}

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;

void Router::add(Method method, std::string_view path_template, Handler handler) {
  if (!path_template.starts_with('/')) throw std::logic_error("a route begins with '/': " + std::string(path_template));
  Node* node = root_.get();
  for (std::string_view rest = path_template; !rest.empty();) node = &node->child(take_segment(rest).text);
  Route* route = nullptr;
  if (node->route) {
    const auto same = [&](const std::unique_ptr<Route>& known) { return known.get() == node->route; };
    route = std::ranges::find_if(routes_, same)->get();
  } else {
    route = routes_.emplace_back(std::make_unique<Route>()).get();
    route->template_ = path_template;
    node->route = route;
  }
  if (route->template_ != path_template || route->handlers_[index_of(method)]) {
    throw std::logic_error("there is a route already for " + std::string(to_string(method)) + " " +
                           std::string(path_template));
  }
  route->handlers_[index_of(method)] = wrap_ ? wrap_(std::move(handler)) : std::move(handler);
  route->allow_.clear();
  for (std::size_t i = 0; i < method_count; ++i) {
    const auto known = static_cast<Method>(i);
    if (known != Method::options && !route->handler(known)) continue;
    if (!route->allow_.empty()) route->allow_ += ", ";
    route->allow_ += to_string(known);
  }
}

void Router::finish(Metrics& metrics) {
  for (const std::unique_ptr<Route>& route : routes_) {
    for (std::size_t i = 0; i < method_count; ++i) {
      const auto method = static_cast<Method>(i);
      if (!route->handler(method) && method != Method::options) continue;
      route->latency_[i] = make_latency(metrics, route->template_, to_string(method));
    }
  }
}

// As long as there is only one way to go, it is gone without looking back.
const Route* Router::find(std::string_view path, std::vector<std::string>& parameters) const {
  if (path.empty() || path.front() != '/') return nullptr;
  Node* node = root_.get();
  while (!path.empty()) {
    std::string_view rest = path;
    const Segment segment = take_segment(rest);
    Node* next = node->literal(segment.text);
    if (segment.has_escape || (next && node->parameter)) {
      const Route* found = node->find(path, parameters);
      if (!found) parameters.clear();
      return found;
    }
    if (!next) {
      if (!node->parameter || segment.text.empty()) {
        parameters.clear();
        return nullptr;
      }
      parameters.emplace_back(segment.text);
      next = node->parameter.get();
    }
    node = next;
    path = rest;
  }
  if (!node->route) parameters.clear();
  return node->route;
}

}  // namespace banyan::http
