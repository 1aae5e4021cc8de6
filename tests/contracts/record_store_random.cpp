#include "tests/contracts/record_store_random.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>

#include "tests/contracts/example_schema.hpp"
#include "tests/contracts/record_store_differences.hpp"
#include "tests/contracts/record_store_random_source.hpp"
#include "tests/contracts/record_store_show.hpp"
#include "tests/servers/environment.hpp"

namespace banyan::contracts {
namespace {

using Difference = std::optional<std::string>;

/// The model and others side by side.
class Comparison {
 public:
  Comparison(const Schema& schema, ManualClock& clock, const RecordStoreFactory& model,
             const std::vector<RecordStoreFactory>& tested, const RandomRun& run)
      : schema_(schema),
        clock_(clock),
        model_(model.make(schema, clock)),
        run_(run),
        source_(schema, clock, run.seed),
        context_{.executor = executor_, .clock = clock, .deadline = SteadyTime::max()} {
    for (const RecordStoreFactory& factory : tested) tested_.push_back({factory, factory.make(schema, clock)});
  }

  Difference run() {
    for (std::size_t step = 0; step < run_.steps; ++step) {
      move_clock();
      if (auto difference = one_step()) return "step " + std::to_string(step) + ": " + *difference;
      if (step % 500 != 499 && step + 1 != run_.steps) continue;
      if ((step + 1) % std::max<std::size_t>(run_.steps / 4, 1) == 0) reopen();
      if (auto difference = everything()) return "after step " + std::to_string(step) + ": " + *difference;
    }
    return std::nullopt;
  }

 private:
  struct Tested {
    RecordStoreFactory factory;
    std::unique_ptr<StoreUnderTest> under_test;

    RecordStore& store() { return under_test->store(); }
  };

  void move_clock() {
    const std::uint64_t draw = source_.below(100);
    if (draw < 60) return;
    if (draw < 95) return clock_.advance(std::chrono::microseconds(1 + source_.below(draw < 80 ? 3 : 5'000'000)));
    clock_.set_wall(clock_.wall() - static_cast<UnixMicros>(source_.below(2'000'000)));
  }

  void reopen() {
    for (Tested& tested : tested_)
      if (tested.factory.reopens) tested.under_test->reopen();
  }

  Difference one_step() {
    const std::uint64_t draw = source_.below(100);
    if (draw < 45) return apply();
    return draw < 75 ? list(source_.query()) : find();
  }

  Difference apply() {
    const WriteBatch batch = source_.batch();
    const Result<Applied> model = block_on(model_->store().apply(context_, batch));
    if (model && !batch.rehearsal) source_.learn(*model);
    for (Tested& tested : tested_) {
      const Result<Applied> answer = block_on(tested.store().apply(context_, batch));
      if (!answer || uses_ids_up(batch)) align_ids(tested);
      if (const auto difference = difference_of(batch, model, answer))
        return tested.factory.name + ": apply" + show(batch) + "\n  differs" + *difference;
    }
    return std::nullopt;
  }

  static bool uses_ids_up(const WriteBatch& batch) {
    return batch.rehearsal ||
           std::ranges::any_of(batch.writes, [](const Write& write) { return write.kind == Write::Kind::upsert; });
  }

  /// Has the store go on with the ids that the model goes on with.
  void align_ids(Tested& tested) {
    for (const Collection& collection : schema_.collections)
      if (collection.id_kind == IdKind::integer)
        tested.under_test->set_last_id(collection, model_->last_id(collection));
  }

  Difference list(const Query& query) {
    const Result<RecordPage> model = block_on(model_->store().list(context_, query));
    Query asked = query;
    if (run_.distort) run_.distort(asked);
    for (Tested& tested : tested_) {
      const Result<RecordPage> answer = block_on(tested.store().list(context_, asked));
      if (const auto difference = difference_of(query, model, answer))
        return tested.factory.name + ": list " + show(query) + *difference;
    }
    return std::nullopt;
  }

  Difference find() {
    const RecordKey key = source_.key();
    const Result<Record> model = block_on(model_->store().find(context_, key, Source::primary));
    for (Tested& tested : tested_) {
      const Result<Record> answer = block_on(tested.store().find(context_, key, Source::primary));
      if (const auto difference = difference_of(key, model, answer))
        return tested.factory.name + ": find " + to_string(key) + *difference;
    }
    return std::nullopt;
  }

  Difference everything() {
    for (const Collection& collection : schema_.collections) {
      Query whole;
      whole.collection = &collection;
      whole.limit = 1'000'000;
      if (auto difference = list(whole)) return difference;
    }
    return std::nullopt;
  }

  const Schema& schema_;
  ManualClock& clock_;
  std::unique_ptr<StoreUnderTest> model_;
  std::vector<Tested> tested_;
  const RandomRun& run_;
  RandomSource source_;
  InlineExecutor executor_;
  Context context_;
};

}  // namespace

Difference first_difference(const Schema& schema, ManualClock& clock, const RecordStoreFactory& model,
                            const std::vector<RecordStoreFactory>& tested, const RandomRun& run) {
  return Comparison(schema, clock, model, tested, run).run();
}

void expect_same_answers(const RecordStoreFactory& model, const std::vector<RecordStoreFactory>& tested,
                         std::size_t steps) {
  const Schema schema = example_schema();
  ManualClock clock;
  RandomRun run;
  run.seed = testkit::seed_from_environment();
  run.steps = testkit::number_from_environment("BANYAN_STEPS", steps);
  std::cout << "comparing with " << model.name << ": BANYAN_SEED=" << run.seed << " BANYAN_STEPS=" << run.steps
            << std::endl;
  const auto difference = first_difference(schema, clock, model, tested, run);
  if (difference) ADD_FAILURE() << "BANYAN_SEED=" << run.seed << ", " << *difference;
}

}  // namespace banyan::contracts
