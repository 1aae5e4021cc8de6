#pragma once

#include <string_view>

#include "banyan/base/context.hpp"
#include "banyan/base/log.hpp"
#include "banyan/base/result.hpp"
#include "banyan/core/schema.hpp"
#include "banyan/http/response.hpp"

namespace banyan::api {

/// The answer to a request that failed; what the caller cannot mend is told to the operator too.
http::Response refuse(Log& log, const Context& context, const Collection& collection, const Error& error);
/// The same where no one collection is meant.
http::Response refuse(Log& log, const Context& context, std::string_view collection, const Error& error);

}  // namespace banyan::api
