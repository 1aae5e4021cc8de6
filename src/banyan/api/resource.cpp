#include "banyan/api/resource.hpp"

#include <utility>

#include "banyan/api/failure.hpp"
#include "banyan/api/problem.hpp"
#include "banyan/core/record_json.hpp"

namespace banyan::api {

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

std::optional<Error> Resource::identify(const Request& request, Context& context) const {
  Result<Viewer> viewer = parts_.viewers.viewer_of(request);
  if (!viewer) return std::move(viewer.error());
  context.viewer = std::move(*viewer);
  return std::nullopt;
}

Task<http::Response> Resource::run(Operation operation, Action action, const Request& request, Context& context) {
  if (const auto unknown = identify(request, context)) co_return render(*unknown);
  if (const auto refused = services::refusal(context, parts_.collection, action)) co_return render(*refused);
  Result<Response> response = co_await (this->*operation)(request, context);
  if (!response) co_return refuse(parts_.log, context, parts_.collection, response.error());
  co_return std::move(*response);
}

Result<Value> Resource::id_of(const Request& request) const {
  Result<Value> id = value_from_text(parts_.collection.fields.front(), request.parameters.front());
  if (!id) id.error().message = "The id in the path: " + id.error().message;
  return id;
}

}  // namespace banyan::api
