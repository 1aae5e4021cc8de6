#pragma once

#include <string>
#include <string_view>

#include "banyan/api/query/column.hpp"
#include "banyan/api/query/limits.hpp"
#include "banyan/base/result.hpp"
#include "banyan/core/query.hpp"

namespace banyan::api {

/// `not.eq(any)`: what stands before a condition's operand.
struct Operation {
  bool negated = false;
  std::string word;      ///< "eq"; known.
  std::string modifier;  ///< Between brackets: "any", "all", or the configuration of a search.
};

/// How many comparisons a request may still make.
struct ConditionBudget {
  std::size_t left = 0;
  std::size_t max = 0;

  explicit ConditionBudget(const QueryLimits& limits) : left(limits.filter_count_max), max(limits.filter_count_max) {}
  Result<void> spend(std::size_t count = 1);
};

/// Reads an operation and the dot behind it.
Result<Operation> take_operation(Scanner& scanner);

/// What an operation and its operand, `18` or `(a,"b,c")`, ask of a column. The message of an error does not name the
/// column, the caller does.
Result<Filter> filter_of(const Collection& collection, const Column& column, const Operation& operation,
                         std::string_view operand, const QueryLimits& limits, ConditionBudget& budget);

}  // namespace banyan::api
