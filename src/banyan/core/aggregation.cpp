#include "banyan/core/aggregation.hpp"

#include <cmath>
#include <limits>

namespace banyan {

Error sum_out_of_range() {
  return Error(ErrorCode::invalid, "a sum is larger than its type can hold")
      .with_reason("numeric_value_out_of_range")
      .with_hint("sum fewer records");
}

void Aggregation::add(const Value& value) {
  if (is_null(value)) return;
  ++count_;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) integers_ += *integer;
  if (const auto* number = std::get_if<double>(&value)) numbers_ += *number;
  const bool is_least =
      function_ == Aggregate::Function::min && !is_null(extreme_) && compare_values(extreme_, value) < 0;
  const bool is_most =
      function_ == Aggregate::Function::max && !is_null(extreme_) && compare_values(extreme_, value) > 0;
  if (!is_least && !is_most) extreme_ = value;
}

Result<Value> Aggregation::result() const {
  switch (function_) {
    case Aggregate::Function::count: return count_;
    case Aggregate::Function::sum: return sum();
    case Aggregate::Function::avg: return average();
    case Aggregate::Function::min:
    case Aggregate::Function::max: return extreme_;
  }
  return Null();
}

Result<Value> Aggregation::sum() const {
  if (count_ == 0) return Null();
  if (std::holds_alternative<std::int64_t>(extreme_)) {
    using Limits = std::numeric_limits<std::int64_t>;
    if (integers_ < Limits::min() || integers_ > Limits::max()) return fail(sum_out_of_range());
    return static_cast<std::int64_t>(integers_);
  }
  if (!std::isfinite(numbers_)) return fail(sum_out_of_range());
  return numbers_ == 0 ? 0.0 : numbers_;
}

Result<Value> Aggregation::average() const {
  if (count_ == 0) return Null();
  const bool integers = std::holds_alternative<std::int64_t>(extreme_);
  const double total = integers ? static_cast<double>(integers_) : numbers_;
  if (!std::isfinite(total)) return fail(sum_out_of_range());
  const double average = total / static_cast<double>(count_);
  return average == 0 ? 0.0 : average;
}

}  // namespace banyan
