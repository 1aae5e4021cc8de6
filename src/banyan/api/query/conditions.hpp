#pragma once

#include <string_view>

#include "banyan/api/query/operators.hpp"
#include "banyan/api/query/scope.hpp"
#include "banyan/base/result.hpp"
#include "banyan/core/query.hpp"

namespace banyan::api {

/// One condition on a column of the scope, or `is.null` on what is embedded in it (whose scope is finished).
Result<Filter> condition_on(const Scope& scope, const ColumnName& name, const Operation& operation,
                            std::string_view operand, const QueryLimits& limits, ConditionBudget& budget,
                            const std::vector<std::string_view>& other_words = {});

/// The right-hand side of `and=` and `or=`: `(age.gte.18,not.or(name.eq."a,b",extra->>k.in.(1,2)))`. A value runs to
/// the next comma or bracket, or stands in double quotes, brackets or braces. Errors do not name the parameter, the
/// caller does.
Result<Filter> parse_logic(const Scope& scope, Filter::Kind kind, std::string_view text, const QueryLimits& limits,
                           ConditionBudget& budget);

}  // namespace banyan::api
