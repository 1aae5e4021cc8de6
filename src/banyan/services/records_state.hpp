#pragma once

#include <string>
#include <vector>

#include "banyan/services/flights.hpp"
#include "banyan/services/records.hpp"

namespace banyan::services {

/// What the parts of Records share. Thread-safe.
struct Records::State {
  Parts parts;
  Options options;
  Flights flights;
  CachedRecordPtr absent = std::make_shared<CachedRecord>();
  Counter& followed;  ///< Reads that shared another's query.

  State(Parts given_parts, Options given_options);
};

/// The record that the cache holds, or `not_found` where it holds "absent".
Result<CachedRecordPtr> answer(const Collection& collection, const Value& id, CachedRecordPtr record);

/// The record as the cache or the store has it, whoever asks. Arguments given by reference must live until it is done.
Task<Result<CachedRecordPtr>> find_unguarded(Records::State& state, const Context& context,
                                             const Collection& collection, Value id);

/// The record as the viewer sees it: what Records::find() answers.
Task<Result<CachedRecordPtr>> find_for_viewer(Records::State& state, const Context& context,
                                              const Collection& collection, Value id);

}  // namespace banyan::services
