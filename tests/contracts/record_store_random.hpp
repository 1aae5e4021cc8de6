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
  /// Changes what the tested stores are asked, but not the model: to see that a difference is found.
  std::function<void(Query&)> distort;
};

/// Asks all the same things (creates, updates, deletions, batches, lists, finds, with values made to hurt), closes and
/// opens the tested stores now and then, and compares what they answer with what the model answers: records, versions,
/// orders, error codes and fields. All are empty, on the example schema and the same clock, which stands, goes and
/// sometimes goes backwards. Where several unique fields collide at once, a tested store may name some of those that
/// the model names; the order of what cascades touched does not count. Nothing, or a description of the first
/// difference. The same run asks the same things for the same seed.
std::optional<std::string> first_difference(const Schema& schema, ManualClock& clock, const RecordStoreFactory& model,
                                            const std::vector<RecordStoreFactory>& tested, const RandomRun& run);

/// The test that programs run: fails with the first difference, and prints the seed. `BANYAN_SEED` repeats a run,
/// `BANYAN_STEPS` sets its length.
void expect_same_answers(const RecordStoreFactory& model, const std::vector<RecordStoreFactory>& tested,
                         std::size_t steps = 20'000);

}  // namespace banyan::contracts
