#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/core/schema.hpp"

namespace banyan::postgres {

/// What the config can say of the expressions that PostgreSQL prints (pg_get_expr, pg_get_constraintdef). Pure.

/// The text as a TOML string.
std::string toml_string(std::string_view text);

/// A column's default as a TOML value: `"member"`, `0`, `true`, `"now"`; nothing where the config cannot say it.
std::optional<std::string> default_from(std::string_view expression, FieldType type);

/// What a CHECK constraint of one column allows, where the config can say it.
struct AllowedValues {
  std::vector<std::string> values;  ///< `CHECK (state IN ('open', 'shut'))`
  std::optional<std::string> min;   ///< `CHECK (age >= 0 AND age <= 150)`, as PostgreSQL prints the numbers.
  std::optional<std::string> max;
};
std::optional<AllowedValues> check_from(std::string_view definition, std::string_view column);

}  // namespace banyan::postgres
