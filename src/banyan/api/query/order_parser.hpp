#pragma once

#include <string_view>
#include <vector>

#include "banyan/api/query/scope.hpp"
#include "banyan/base/result.hpp"

namespace banyan::api {

/// `age.desc.nullslast,extra->>rank,author(name)`: of the scope's own columns, of a record that a reference names, or,
/// where the scope is grouped, of its groups. Errors do not name the parameter, the caller does.
Result<std::vector<OrderTerm>> parse_order(const Scope& scope, std::string_view text, const QuerySubject& subject);

}  // namespace banyan::api
