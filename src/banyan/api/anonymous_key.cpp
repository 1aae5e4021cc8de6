#include "banyan/api/anonymous_key.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <utility>

namespace banyan::api {
namespace {

constexpr std::string_view bearer = "Bearer ";

}  // namespace

AnonymousKey::AnonymousKey(std::string key, const ViewerSource& others) : key_(std::move(key)), others_(others) {}

Result<Viewer> AnonymousKey::viewer_of(const http::Request& request) const {
  if (key_.empty()) return others_.viewer_of(request);
  std::string_view offered;
  if (const auto authorization = request.header("authorization")) {
    if (boost::algorithm::istarts_with(*authorization, bearer)) offered = authorization->substr(bearer.size());
  } else if (const auto api_key = request.header("apikey")) {
    offered = *api_key;
  }
  if (offered == key_) return Viewer{};
  return others_.viewer_of(request);
}

}  // namespace banyan::api
