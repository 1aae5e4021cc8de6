#pragma once

#include "banyan/api/query/operators.hpp"
#include "banyan/api/query/scope.hpp"
#include "banyan/base/result.hpp"

namespace banyan::api {

/// Gives the parameter to the scope that its name leads to: `posts.comments.limit`. `invalid`, embed_not_selected,
/// where that is not in `select`.
Result<void> route_parameter(Scope& root, const http::QueryParameter& parameter);

/// Reads what the parameters say of the scope and all that is embedded in it, and makes its query and selection.
Result<void> finish_scope(Scope& scope, const QuerySubject& subject);

}  // namespace banyan::api
