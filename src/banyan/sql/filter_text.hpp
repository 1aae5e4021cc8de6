#pragma once

#include <string>
#include <vector>

#include "banyan/core/query.hpp"
#include "banyan/sql/dialect.hpp"

namespace banyan::sql {

/// Appends the filter as a condition that means what matches() means, and its operands in the order of their
/// parameters, numbered on from operands.size() + 1. False when the filter passes the bounds in statements.hpp.
[[nodiscard]] bool append_filter(std::string& out, std::vector<const Value*>& operands, const Dialect& dialect,
                                 const Collection& collection, const Filter& filter);

}  // namespace banyan::sql
