#pragma once

#include <boost/json/value.hpp>

#include <vector>

#include "banyan/base/clock.hpp"
#include "banyan/base/random.hpp"
#include "banyan/core/record_store.hpp"
#include "banyan/services/writes.hpp"

namespace banyan::services {

/// What turning a request's body into changes depends on.
struct InputRules {
  const Collection& collection;
  bool service = false;  ///< Read-only fields may be set.
  /// A body may name `created_at` and `updated_at`, whatever it says of them: it is a record as it was read.
  bool passes_over_times = false;
  const Clock& clock;
  Random& random;  ///< Thread-safe; for ids.
  std::size_t batch_records_max = 0;
  CreateOptions create = {};        ///< Of creates_from() only; its rehearsal means nothing.
  std::vector<std::size_t> locked;  ///< A replacement leaves them alone unless they are named.
};

/// What a body says of one record.
struct RecordInput {
  std::vector<FieldChange> changes;
  std::vector<std::size_t> named;  ///< Of the fields in `changes`, those that the caller sets; ascending.
  /// Of an upsert: the integer id that names the record to change. Then `changes` hold what changes alone.
  std::optional<Value> id;
};

// Each answers `invalid` with a FieldProblem for every wrong place (the first 100), named "email", or "[3].email" in an
// array; `reason` is the word of the first of them.

/// What is to be created for the object, or for each object of the array, in its order; `too_large` past the batch's
/// bound. A uuid may be given as id; an integer id in an upsert on the id alone.
Result<std::vector<RecordInput>> creates_from(const InputRules& rules, const boost::json::value& body);

/// What the object's members set, and `updated_at`.
Result<RecordInput> update_from(const InputRules& rules, const boost::json::value& body);

/// Every field that the caller may set, from the object, its default, or null; and `updated_at`.
Result<RecordInput> replacement_from(const InputRules& rules, const boost::json::value& body);

}  // namespace banyan::services
