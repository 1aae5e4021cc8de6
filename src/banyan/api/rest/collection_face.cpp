#include "banyan/api/rest/collection_face.hpp"

#include <utility>

#include "banyan/api/failure.hpp"
#include "banyan/api/problem.hpp"
#include "banyan/api/rest/body.hpp"
#include "banyan/api/rest/profile.hpp"

namespace banyan::api::rest {
namespace {

constexpr std::string_view face_parameters[] = {"columns", "on_conflict"};

}  // namespace

CollectionFace::CollectionFace(Parts parts) : parts_(parts), limits_(parts.limits) {
  limits_.default_limit = limits_.max_limit;
}

void CollectionFace::add_routes(http::Router& router) {
  const std::string path = "/rest/v1/" + parts_.collection.name;
  router.add(http::Method::get, path, handler_of(&CollectionFace::read, Action::read));
  router.add(http::Method::post, path, handler_of(&CollectionFace::create, Action::create));
  router.add(http::Method::patch, path, handler_of(&CollectionFace::update, Action::update));
  router.add(http::Method::put, path, handler_of(&CollectionFace::put, Action::create));
  router.add(http::Method::remove, path, handler_of(&CollectionFace::remove, Action::remove));
}

http::Handler CollectionFace::handler_of(Operation operation, Action action) {
  return [this, operation, action](const http::Request& request, Context& context) {
    return run(operation, action, request, context);
  };
}

Task<http::Response> CollectionFace::run(Operation operation, Action action, const http::Request& request,
                                         Context& context) {
  if (const auto refused = identify(action, request, context)) co_return render(*refused);
  Result<Asked> asked = understand(request);
  if (!asked) co_return render(asked.error());
  Result<http::Response> response = co_await (this->*operation)(request, context, std::move(*asked));
  if (!response) co_return refuse(parts_.log, context, parts_.collection, response.error());
  co_return std::move(*response);
}

std::optional<Error> CollectionFace::identify(Action action, const http::Request& request, Context& context) const {
  Result<Viewer> viewer = parts_.viewers.viewer_of(request);
  if (!viewer) return std::move(viewer.error());
  context.viewer = *viewer;
  if (auto refused = services::refusal(context, parts_.collection, action)) return refused;
  return wrong_profile(request);
}

Result<CollectionFace::Asked> CollectionFace::understand(const http::Request& request) const {
  Asked asked;
  Result<Preferences> preferences = parse_preferences(request.headers);
  if (!preferences) return std::unexpected(std::move(preferences.error()));
  asked.preferences = *preferences;
  const Result<Representation> representation = negotiate(request);
  if (!representation) return std::unexpected(representation.error());
  asked.representation = *representation;
  auto parameters = parameters_of(request.query);
  if (!parameters) return std::unexpected(std::move(parameters.error()));
  asked.parameters = std::move(*parameters);
  for (auto& [name, slot] : {std::pair{std::string_view("columns"), &asked.columns},
                             std::pair{std::string_view("on_conflict"), &asked.on_conflict}}) {
    auto text = take_parameter(asked.parameters, name);
    if (!text) return std::unexpected(std::move(text.error()));
    if (!*text) continue;
    auto places = field_list(parts_.collection, name, **text);
    if (!places) return std::unexpected(std::move(places.error()));
    *slot = std::move(*places);
  }
  return asked;
}

Result<ParsedQuery> CollectionFace::parse(const Asked& asked) const {
  return parse_query(asked.parameters, QuerySubject{.schema = parts_.schema,
                                                    .collection = parts_.collection,
                                                    .limits = limits_,
                                                    .other_parameters = face_parameters});
}

}  // namespace banyan::api::rest
