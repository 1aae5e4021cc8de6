#pragma once

#include <optional>

#include "banyan/base/result.hpp"
#include "banyan/http/request.hpp"

namespace banyan::api::rest {

/// Why the schema that `Accept-Profile` or `Content-Profile` names is not served: there is `public` alone.
std::optional<Error> wrong_profile(const http::Request& request);

}  // namespace banyan::api::rest
