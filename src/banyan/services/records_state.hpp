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

Error no_such_record(const RecordKey& key);

/// The record that the cache holds, or `not_found` where it holds "absent".
Result<CachedRecordPtr> answer(const Collection& collection, const Value& id, CachedRecordPtr record);

}  // namespace banyan::services
