#pragma once

#include <optional>
#include <span>
#include <vector>

#include "banyan/core/record_store.hpp"
#include "banyan/services/records_state.hpp"
#include "banyan/services/write_plan.hpp"

namespace banyan::services {

/// The store's error as the viewer may hear it, with its problems named by the places that the plan's writes come from:
/// a record that it may not read is one that does not exist, and what others hold is told to nobody whose write the
/// rules refuse anyway. `writes`: those of the plan, where any of them has rules.
Task<Error> told(Records::State& state, const Context& context, const WritePlan& plan, std::span<const Write> writes,
                 Error error);

/// Why an upsert of the plan that leaves alone what it meets is not made: its viewer may not make such a record, and
/// whether it met something would tell what others hold. To be asked before the store is.
Task<std::optional<Error>> refused_before(Records::State& state, const Context& context, const WritePlan& plan);

/// Of a write that was done, and whose keys the cache could not be told of.
Error not_made_known(Error error);

/// What the plan's operations have written, one list each, as the viewer may see it now. `encoded`: the changes that
/// the writes made themselves, in their order; null where nothing is known of the record.
Task<Result<std::vector<std::vector<Written>>>> answers(Records::State& state, const Context& context,
                                                        const WritePlan& plan, const Applied& applied,
                                                        std::vector<CachedRecordPtr> encoded);

}  // namespace banyan::services
