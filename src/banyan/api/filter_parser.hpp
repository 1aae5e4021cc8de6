#pragma once

#include <string_view>

#include "banyan/base/result.hpp"
#include "banyan/core/query.hpp"

namespace banyan::api {

/// One filter's right-hand side, `not.gte.18` or `in.(a,"b,c")`, for the field at `field` of the collection.
/// Errors are `invalid`; the message does not name the parameter, the caller does.
Result<Filter> parse_filter(const Collection& collection, std::size_t field, std::string_view text,
                            std::size_t in_operands_max);

}  // namespace banyan::api
