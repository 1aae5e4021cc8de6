#pragma once

#include <string_view>

#include "banyan/api/query/parser.hpp"
#include "banyan/api/query/scope.hpp"
#include "banyan/base/result.hpp"

namespace banyan::api {

/// `name,alias:age,extra->a->>b,height::text,posts!inner(title),...author(name)`, or aggregates, into the scope:
/// what is shown of it, and the scopes of what is embedded.
Result<void> parse_select(std::string_view text, const QuerySubject& subject, Scope& scope);

}  // namespace banyan::api
