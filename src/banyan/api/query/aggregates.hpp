#pragma once

#include <string_view>

#include "banyan/api/query/column.hpp"
#include "banyan/base/result.hpp"
#include "banyan/core/query.hpp"

namespace banyan::api {

struct TypedAggregate {
  Aggregate aggregate;
  FieldType type = FieldType::integer;  ///< Of its value.
};

/// `amount.sum()`, `extra->n::numeric.avg()`; a column without a field is none: `count()`. `cast` may be empty, or what
/// the values become before.
Result<TypedAggregate> aggregate_of(std::string_view function, const Column& column, std::string_view cast);

}  // namespace banyan::api
