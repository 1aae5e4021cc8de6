#include "banyan/api/rest/face.hpp"

#include <string>
#include <utility>

#include "banyan/api/problem.hpp"
#include "banyan/api/rest/profile.hpp"
#include "banyan/base/words.hpp"

namespace banyan::api::rest {
namespace {

constexpr http::Method methods[] = {http::Method::get, http::Method::post, http::Method::patch, http::Method::put,
                                    http::Method::remove};
constexpr std::size_t shown_bytes_max = 100;

http::Response no_such_function(const http::Request& request) {
  const std::string name = request.parameters.front().substr(0, shown_bytes_max);
  return render(Error(ErrorCode::not_found, "Could not find the function public." + name + " in the schema cache")
                    .with_reason("unknown_function"));
}

}  // namespace

Face::Face(Parts parts)
    : parts_(std::move(parts)), queries_({parts_.queries, parts_.viewers, parts_.log}, "/rest/v1/rpc/", call_function) {
  collections_.reserve(parts_.schema.collections.size());
  for (const Collection& collection : parts_.schema.collections)
    collections_.emplace_back(CollectionFace::Parts{.schema = parts_.schema,
                                                    .collection = collection,
                                                    .records = parts_.records,
                                                    .viewers = parts_.viewers,
                                                    .limits = parts_.limits,
                                                    .records_max = parts_.records_max,
                                                    .log = parts_.log});
}

void Face::add_routes(http::Router& router) {
  for (CollectionFace& collection : collections_) collection.add_routes(router);
  for (const http::Method method : methods)
    router.add(method, "/rest/v1/{collection}", [this](const http::Request& request, Context&) -> Task<http::Response> {
      return no_such_collection(request);
    });
  queries_.add_routes(router);
  for (const http::Method method : {http::Method::get, http::Method::post})
    router.add(method, "/rest/v1/rpc/{function}", [](const http::Request& request, Context&) -> Task<http::Response> {
      return no_such_function(request);
    });
  if (parts_.document)
    router.add(http::Method::get, "/rest/v1/",
               [this](const http::Request& request, Context& context) { return document(request, context); });
}

Task<http::Response> Face::document(const http::Request& request, Context& context) const {
  if (const auto refused = wrong_profile(request)) return render(*refused);
  return parts_.document(request, context);
}

http::Response Face::no_such_collection(const http::Request& request) const {
  std::vector<std::string_view> names;
  for (const Collection& collection : parts_.schema.collections) names.push_back(collection.name);
  const std::string name = request.parameters.front().substr(0, shown_bytes_max);
  Error error(ErrorCode::not_found, "Could not find the table 'public." + name + "' in the schema cache");
  error.reason = "unknown_collection";
  if (const auto nearest = nearest_word(name, names))
    error.hint = "Perhaps you meant the table 'public." + std::string(*nearest) + "'";
  return render(error);
}

}  // namespace banyan::api::rest
