#include "tests/contracts/record_store_random.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>

#include "tests/contracts/example_schema.hpp"
#include "tests/contracts/record_store_random_source.hpp"
#include "tests/contracts/record_store_show.hpp"

namespace banyan::contracts {
namespace {

using Difference = std::optional<std::string>;

std::string differing(const std::string& model, const std::string& tested) {
  return "\n  model:  " + model + "\n  tested: " + tested;
}

/// Both failed. Of several unique fields that collide at once a store need not name all.
bool same_errors(const Error& model, const Error& tested) {
  if (model.code != tested.code) return false;
  const auto expected = problem_fields(model);
  const auto named = problem_fields(tested);
  if (model.code != ErrorCode::already_exists) return named == expected;
  return !named.empty() && std::ranges::includes(expected, named);
}

/// The difference where at least one of the two failed.
template <typename T>
Difference compare_failures(const Result<T>& model, const Result<T>& tested) {
  if (!model && !tested && same_errors(model.error(), tested.error())) return std::nullopt;
  return differing(model ? "done" : show(model.error()), tested ? "done" : show(tested.error()));
}

Difference compare_records(const Collection& collection, const std::vector<Record>& model,
                           const std::vector<Record>& tested) {
  for (std::size_t i = 0; i < std::max(model.size(), tested.size()); ++i) {
    if (i < model.size() && i < tested.size() && model[i] == tested[i]) continue;
    const auto at = [&](const std::vector<Record>& records) {
      return std::to_string(records.size()) + " records, at " + std::to_string(i) + ": " +
             (i < records.size() ? show(collection, records[i]) : "none");
    };
    return differing(at(model), at(tested));
  }
  return std::nullopt;
}

bool same(const Changed& a, const Changed& b) {
  return a.key == b.key && a.version == b.version && a.record == b.record;
}

/// What the batch caused elsewhere, by key; the latest word counts.
std::map<std::string, const Changed*> consequences(const Applied& applied, std::size_t writes) {
  std::map<std::string, const Changed*> found;
  for (std::size_t i = writes; i < applied.changes.size(); ++i) {
    found[to_string(applied.changes[i].key)] = &applied.changes[i];
  }
  return found;
}

Difference compare_applied(const Applied& model, const Applied& tested, std::size_t writes) {
  for (std::size_t i = 0; i < writes; ++i) {
    if (i < tested.changes.size() && same(model.changes[i], tested.changes[i])) continue;
    return " at [" + std::to_string(i) + "]" +
           differing(show(model.changes[i]), i < tested.changes.size() ? show(tested.changes[i]) : "no change");
  }
  const auto expected = consequences(model, writes);
  const auto found = consequences(tested, writes);
  for (const auto& [key, changed] : expected) {
    const auto other = found.find(key);
    if (other == found.end()) return " as a consequence" + differing(show(*changed), "says nothing of it");
    if (!same(*changed, *other->second)) return " as a consequence" + differing(show(*changed), show(*other->second));
  }
  for (const auto& [key, changed] : found) {
    if (!expected.contains(key)) return " as a consequence" + differing("says nothing of it", show(*changed));
  }
  return std::nullopt;
}

/// The two stores side by side.
class Comparison {
 public:
  Comparison(const Schema& schema, ManualClock& clock, RecordStore& model, RecordStore& tested, const RandomRun& run)
      : schema_(schema),
        clock_(clock),
        model_(model),
        tested_(&tested),
        run_(run),
        source_(schema, clock, run.seed),
        context_{.executor = executor_, .clock = clock, .deadline = SteadyTime::max()} {}

  Difference run() {
    for (std::size_t step = 0; step < run_.steps; ++step) {
      move_clock();
      if (auto difference = one_step()) return "step " + std::to_string(step) + ": " + *difference;
      if (step % 500 != 499 && step + 1 != run_.steps) continue;
      if (run_.reopen && (step + 1) % std::max<std::size_t>(run_.steps / 4, 1) == 0) tested_ = &run_.reopen();
      if (auto difference = everything()) return "after step " + std::to_string(step) + ": " + *difference;
    }
    return std::nullopt;
  }

 private:
  void move_clock() {
    const std::uint64_t draw = source_.below(100);
    if (draw < 60) return;
    if (draw < 95) return clock_.advance(std::chrono::microseconds(1 + source_.below(draw < 80 ? 3 : 5'000'000)));
    clock_.set_wall(clock_.wall() - static_cast<UnixMicros>(source_.below(2'000'000)));
  }

  Difference one_step() {
    const std::uint64_t draw = source_.below(100);
    if (draw < 45) return apply();
    return draw < 75 ? list(source_.query()) : find();
  }

  Difference apply() {
    const WriteBatch batch = source_.batch();
    const Result<Applied> tested = block_on(tested_->apply(context_, batch));
    const Result<Applied> model = block_on(model_.apply(context_, batch));
    if (model) source_.learn(*model);
    auto difference =
        model && tested ? compare_applied(*model, *tested, batch.writes.size()) : compare_failures(model, tested);
    if (!tested && run_.align_ids) run_.align_ids();
    if (difference) return "apply" + show(batch) + "\n  differs" + *difference;
    return std::nullopt;
  }

  Difference list(const Query& query) {
    const Result<RecordPage> model = block_on(model_.list(context_, query));
    const Result<RecordPage> tested = block_on(tested_->list(context_, query));
    auto difference = model && tested ? compare_records(*query.collection, model->records, tested->records)
                                      : compare_failures(model, tested);
    if (difference) return "list " + show(query) + *difference;
    return std::nullopt;
  }

  Difference find() {
    const RecordKey key = source_.key();
    const Result<Record> model = block_on(model_.find(context_, key));
    const Result<Record> tested = block_on(tested_->find(context_, key));
    auto difference =
        model && tested ? compare_records(*key.collection, {*model}, {*tested}) : compare_failures(model, tested);
    if (difference) return "find " + to_string(key) + *difference;
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
  RecordStore& model_;
  RecordStore* tested_;
  const RandomRun& run_;
  RandomSource source_;
  InlineExecutor executor_;
  Context context_;
};

std::optional<std::uint64_t> number_from_environment(const char* name) {
  const char* text = std::getenv(name);
  if (text == nullptr || *text == '\0') return std::nullopt;
  return std::strtoull(text, nullptr, 10);
}

}  // namespace

Difference first_difference(const Schema& schema, ManualClock& clock, RecordStore& model, RecordStore& tested,
                            const RandomRun& run) {
  return Comparison(schema, clock, model, tested, run).run();
}

void expect_same_answers(const RecordStoreFactory& model, const RecordStoreFactory& tested, std::size_t steps) {
  const Schema schema = example_schema();
  ManualClock clock;
  const auto model_store = model.make(schema, clock);
  const auto tested_store = tested.make(schema, clock);
  RandomRun run;
  run.seed = seed_from_environment();
  run.steps = steps_from_environment(steps);
  if (tested.reopens)
    run.reopen = [&]() -> RecordStore& {
      tested_store->reopen();
      return tested_store->store();
    };
  run.align_ids = [&] {
    for (const Collection& collection : schema.collections)
      if (collection.id_kind == IdKind::integer)
        tested_store->set_last_id(collection, model_store->last_id(collection));
  };
  std::cout << "comparing " << tested.name << " with " << model.name << ": BANYAN_SEED=" << run.seed
            << " BANYAN_STEPS=" << run.steps << std::endl;
  const auto difference = first_difference(schema, clock, model_store->store(), tested_store->store(), run);
  if (difference) ADD_FAILURE() << "BANYAN_SEED=" << run.seed << ", " << *difference;
}

std::uint64_t seed_from_environment() {
  if (const auto seed = number_from_environment("BANYAN_SEED")) return *seed;
  SystemRandom random;
  return random.next();
}

std::size_t steps_from_environment(std::size_t otherwise) {
  return number_from_environment("BANYAN_STEPS").value_or(otherwise);
}

}  // namespace banyan::contracts
