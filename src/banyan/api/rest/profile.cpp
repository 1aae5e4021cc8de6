#include "banyan/api/rest/profile.hpp"

#include <string>

namespace banyan::api::rest {

std::optional<Error> wrong_profile(const http::Request& request) {
  const bool reads = request.method == http::Method::get || request.method == http::Method::head;
  const auto profile = request.header(reads ? "accept-profile" : "content-profile");
  if (!profile || *profile == "public") return std::nullopt;
  return Error(ErrorCode::invalid, "Invalid schema: " + std::string(profile->substr(0, 100)))
      .with_reason("unknown_schema")
      .with_hint("Only the following schemas are exposed: public");
}

}  // namespace banyan::api::rest
