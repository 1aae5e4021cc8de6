#pragma once

#include <boost/json/value.hpp>

#include <vector>

#include "banyan/base/clock.hpp"
#include "banyan/base/random.hpp"
#include "banyan/core/record_store.hpp"

namespace banyan::services {

/// What turning a request's body into changes depends on.
struct InputRules {
  const Collection& collection;
  bool service = false;  ///< Read-only fields may be set.
  const Clock& clock;
  Random& random;  ///< Thread-safe; for ids.
  std::size_t batch_records_max = 0;
};

// Each answers `invalid` with a FieldProblem for every wrong place (the first 100), named "email", or "[3].email" in an
// array; `reason` is the word of the first of them.

/// A create for the object, or one for each object of the array, in its order; `too_large` past the batch's bound.
Result<std::vector<Write>> creates_from(const InputRules& rules, const boost::json::value& body);

/// What the object's members set, and `updated_at`.
Result<std::vector<FieldChange>> update_from(const InputRules& rules, const boost::json::value& body);

/// Every field that the caller may set, from the object, its default, or null; and `updated_at`.
Result<std::vector<FieldChange>> replacement_from(const InputRules& rules, const boost::json::value& body);

}  // namespace banyan::services
