#pragma once

#include <boost/json/value.hpp>

#include <string>
#include <string_view>

#include "banyan/base/result.hpp"
#include "banyan/core/json_text.hpp"
#include "banyan/http/request.hpp"

namespace banyan::api {

/// The body as JSON. `invalid` when there is none or it is malformed (with the place), reason
/// `unsupported_media_type` when it says to be something else. A body without a content type is taken for JSON.
Result<boost::json::value> json_body_of(const http::Request& request, std::size_t depth_max = request_depth_max);

}  // namespace banyan::api
