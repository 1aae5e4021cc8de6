#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "banyan/base/clock.hpp"
#include "banyan/core/record_store.hpp"
#include "tests/contracts/record_store_contract.hpp"

namespace banyan::contracts {

struct RandomRun {
  std::uint64_t seed = 0;
  std::size_t steps = 20'000;
  /// Closes `tested` and opens it again, if there is one; called a few times on the way.
  std::function<RecordStore&()> reopen;
  /// Called after a batch that failed: has `tested` go on with the ids that the model goes on with.
  std::function<void()> align_ids;
};

/// Asks both stores the same things (creates, updates, deletions, batches, lists, finds, with values made to hurt) and
/// compares what they answer: records, versions, orders, error codes and fields. The stores are empty, on the example
/// schema and the same clock, which stands, goes and sometimes goes backwards. Where several unique fields collide at
/// once, `tested` may name some of those that `model` names; the order of what cascades touched does not count.
/// Nothing, or a description of the first difference. The same run asks the same things for the same seed.
std::optional<std::string> first_difference(const Schema& schema, ManualClock& clock, RecordStore& model,
                                            RecordStore& tested, const RandomRun& run);

/// The test that adapters run: fails with the first difference, and prints the seed. `BANYAN_SEED` repeats a run,
/// `BANYAN_STEPS` sets its length.
void expect_same_answers(const RecordStoreFactory& model, const RecordStoreFactory& tested, std::size_t steps = 20'000);

/// The seed of `BANYAN_SEED`, or a new one.
std::uint64_t seed_from_environment();
/// The number of `BANYAN_STEPS`, or `otherwise`.
std::size_t steps_from_environment(std::size_t otherwise);

}  // namespace banyan::contracts
