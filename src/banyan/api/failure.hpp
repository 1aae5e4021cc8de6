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

/// What else a request can be about: "query", and its name.
struct FailureSubject {
  std::string_view kind;
  std::string_view name;
};
http::Response refuse(Log& log, const Context& context, const FailureSubject& subject, const Error& error);

}  // namespace banyan::api
