#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "banyan/base/result.hpp"
#include "banyan/core/schema.hpp"

namespace banyan::api {

/// `::text`, `::int`: what a value becomes when it is shown. PostgreSQL's names and ranges.
struct Cast {
  std::string_view word;  ///< As PostgreSQL writes the type, a literal: "integer".
  FieldType to = FieldType::text;
  bool operator==(const Cast&) const = default;
};

/// The cast of that name from values of a type. `unsupported`, naming it, for what has no plain meaning here.
Result<Cast> cast_from(std::string_view name, FieldType from);

/// The value as the cast has it; null stays null. `invalid` (reason `uncastable`) for a value that the type does not
/// take: `x` as an integer, or an integer that is too large.
Result<Value> cast_value(const Cast& cast, FieldType from, const Value& value);

}  // namespace banyan::api
