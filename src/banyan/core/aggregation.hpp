#pragma once

#include <cstdint>

#include "banyan/base/result.hpp"
#include "banyan/core/query.hpp"

namespace banyan {

/// What a sum or an average answers that its type cannot hold: `invalid`, SQLSTATE 22003.
Error sum_out_of_range();

/// One aggregate over one group: the meaning that every store's statement must have.
/// Thread safety: none.
class Aggregation {
 public:
  explicit Aggregation(Aggregate::Function function) : function_(function) {}

  /// Takes the term's value in one record more; for a count without a term, anything but null.
  void add(const Value& value);
  Result<Value> result() const;

 private:
  Result<Value> sum() const;
  Result<Value> average() const;

  Aggregate::Function function_;
  std::int64_t count_ = 0;
  __extension__ __int128 integers_ = 0;  ///< Exact: 2^63 records of 2^63 fit.
  double numbers_ = 0;
  Value extreme_;  ///< The least or greatest so far; of sums and averages the latest, for its type.
};

}  // namespace banyan
