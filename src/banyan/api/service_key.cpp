#include "banyan/api/service_key.hpp"

#include <openssl/crypto.h>

#include <boost/algorithm/string/predicate.hpp>
#include <utility>

namespace banyan::api {
namespace {

constexpr std::string_view bearer = "Bearer ";

Error wrong_key(std::string message) {
  return Error(ErrorCode::unauthenticated, std::move(message))
      .with_reason("wrong_key")
      .with_hint("Send the service key as 'Authorization: Bearer <key>', or send no key to ask as anyone.");
}

}  // namespace

ServiceKey::ServiceKey(std::string key) : key_(std::move(key)) {}

bool ServiceKey::matches(std::string_view offered) const noexcept {
  return offered.size() == key_.size() && CRYPTO_memcmp(offered.data(), key_.data(), key_.size()) == 0;
}

Result<Viewer> ServiceKey::viewer_of(const http::Request& request) const {
  std::string_view offered;
  if (const auto authorization = request.header("authorization")) {
    if (!boost::algorithm::istarts_with(*authorization, bearer))
      return fail(wrong_key("The Authorization header is not of the scheme Bearer."));
    offered = authorization->substr(bearer.size());
  } else if (const auto api_key = request.header("apikey")) {
    offered = *api_key;
  } else {
    return Viewer{};
  }
  if (!matches(offered)) return fail(wrong_key("The key is not the service key."));
  return Viewer{Viewer::Kind::service};
}

}  // namespace banyan::api
