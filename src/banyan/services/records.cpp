#include "banyan/services/records.hpp"

#include <utility>

#include "banyan/services/records_state.hpp"

namespace banyan::services {
Records::State::State(Parts given_parts, Options given_options)
    : parts(given_parts),
      options(given_options),
      flights(given_options.flight_followers_max),
      followed(
          parts.metrics.counter("banyan_reads_shared_total", "Reads that were answered by another read's query.")) {}

Records::Records(Parts parts, Options options) : state_(std::make_unique<State>(parts, options)) {}
Records::~Records() = default;

Result<CachedRecordPtr> answer(const Collection& collection, const Value& id, CachedRecordPtr record) {
  if (record->absent()) return fail(no_such_record({&collection, id}));
  return record;
}

}  // namespace banyan::services
