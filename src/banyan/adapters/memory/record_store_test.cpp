#include "banyan/adapters/memory/record_store.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <memory>

#include "tests/contracts/example_schema.hpp"
#include "tests/contracts/record_store_contract.hpp"
#include "tests/contracts/record_store_random.hpp"

namespace banyan::memory {
namespace {

contracts::RecordStoreFactory factory() { return contracts::simple_factory<RecordStore>("Memory"); }

/// A memory store with a fault.
struct BrokenStore final : banyan::RecordStore {
  BrokenStore(const Schema& schema, const Clock& clock) : inner(schema, clock) {}

  Task<Result<Record>> find(const Context& context, const RecordKey& key) override {
    Result<Record> found = block_on(inner.find(context, key));
    if (in_find) in_find(found);
    return found;
  }
  Task<Result<RecordPage>> list(const Context& context, Query query) override {
    if (in_query) in_query(query);
    return inner.list(context, std::move(query));
  }
  Task<Result<Applied>> apply(const Context& context, WriteBatch batch) override {
    if (in_batch) in_batch(batch);
    Result<Applied> applied = block_on(inner.apply(context, std::move(batch)));
    if (in_applied) in_applied(applied);
    return applied;
  }
  std::optional<std::string> unready_reason() const override { return std::nullopt; }

  memory::RecordStore inner;
  std::function<void(Result<Record>&)> in_find;
  std::function<void(Query&)> in_query;
  std::function<void(WriteBatch&)> in_batch;
  std::function<void(Result<Applied>&)> in_applied;
};

using Damage = std::function<void(BrokenStore&)>;

contracts::RecordStoreFactory broken_factory(const Damage& damage) {
  struct Holder final : contracts::StoreUnderTest {
    Holder(const Schema& schema, const Clock& clock) : held(schema, clock) {}
    banyan::RecordStore& store() override { return held; }
    BrokenStore held;
  };
  contracts::RecordStoreFactory made;
  made.name = "Broken";
  made.make = [damage](const Schema& schema, const Clock& clock) {
    auto holder = std::make_unique<Holder>(schema, clock);
    damage(holder->held);
    return holder;
  };
  return made;
}

std::string difference_for_seed(std::uint64_t seed, const Damage& damage) {
  const Schema schema = contracts::example_schema();
  ManualClock clock;
  contracts::RandomRun run;
  run.seed = seed;
  return contracts::first_difference(schema, clock, factory(), {broken_factory(damage)}, run)
             .value_or("no difference, seed ") +
         " BANYAN_SEED=" + std::to_string(run.seed);
}

/// The first difference that a comparison with the broken store finds.
std::string difference_with(const Damage& damage) {
  return difference_for_seed(contracts::seed_from_environment(), damage);
}

TEST(RecordStoreComparison, finds_no_difference_between_two_memory_stores) {
  contracts::expect_same_answers(factory(), {factory()});
}

TEST(RecordStoreComparison, asks_the_same_things_for_the_same_seed) {
  const auto difference = [] {
    return difference_for_seed(42, [](BrokenStore& broken) {
      broken.in_applied = [](Result<Applied>& applied) {
        if (applied) applied->changes.front().version += 1;
      };
    });
  };
  EXPECT_EQ(difference(), difference());
}

TEST(RecordStoreComparison, finds_that_nulls_are_on_the_wrong_side) {
  const auto difference = difference_with([](BrokenStore& broken) {
    broken.in_query = [](Query& query) {
      for (OrderTerm& term : query.order) term.nulls_first = !term.nulls_first;
    };
  });
  EXPECT_NE(difference.find("list"), std::string::npos) << difference;
}

TEST(RecordStoreComparison, finds_that_not_of_unknown_is_taken_for_true) {
  const auto difference = difference_with([](BrokenStore& broken) {
    broken.in_query = [](Query& query) {
      if (query.filter.kind != Filter::Kind::negation) return;
      const Filter& inner = query.filter.children.front();
      if (inner.kind != Filter::Kind::comparison) return;
      Filter either;
      either.kind = Filter::Kind::any;
      either.children = {query.filter, Filter::compare(inner.term, CompareOp::is_null, {})};
      query.filter = either;
    };
  });
  EXPECT_NE(difference.find("where not("), std::string::npos) << difference;
}

TEST(RecordStoreComparison, finds_that_like_folds_case) {
  const auto difference = difference_with([](BrokenStore& broken) {
    broken.in_query = [](Query& query) {
      if (query.filter.op == CompareOp::like) query.filter.op = CompareOp::ilike;
    };
  });
  EXPECT_NE(difference.find(" like "), std::string::npos) << difference;
}

TEST(RecordStoreComparison, finds_that_an_expected_version_is_not_looked_at) {
  const auto difference = difference_with([](BrokenStore& broken) {
    broken.in_batch = [](WriteBatch& batch) {
      for (Write& write : batch.writes) write.expected_version.reset();
    };
  });
  EXPECT_NE(difference.find("version_mismatch"), std::string::npos) << difference;
}

TEST(RecordStoreComparison, finds_that_consequences_are_not_told) {
  const auto difference = difference_with([](BrokenStore& broken) {
    auto writes = std::make_shared<std::size_t>(0);
    broken.in_batch = [writes](WriteBatch& batch) { *writes = batch.writes.size(); };
    broken.in_applied = [writes](Result<Applied>& applied) {
      if (applied) applied->changes.resize(*writes);
    };
  });
  EXPECT_NE(difference.find("says nothing of it"), std::string::npos) << difference;
}

TEST(RecordStoreComparison, finds_that_the_place_of_an_error_is_not_named) {
  const auto difference = difference_with([](BrokenStore& broken) {
    broken.in_applied = [](Result<Applied>& applied) {
      if (!applied && applied.error().fields.size() == 1) applied.error().fields.clear();
    };
  });
  EXPECT_NE(difference.find("[]"), std::string::npos) << difference;
}

TEST(RecordStoreComparison, finds_that_a_number_lost_its_last_bit) {
  const auto difference = difference_with([](BrokenStore& broken) {
    broken.in_find = [](Result<Record>& found) {
      if (!found) return;
      for (Value& value : found->values) {
        if (value == Value(0.1)) value = std::nextafter(0.1, 1.0);
      }
    };
  });
  EXPECT_NE(difference.find("0.10000000000000002d"), std::string::npos) << difference;
}

}  // namespace

BANYAN_RECORD_STORE_CONTRACT(Adapters, factory());

}  // namespace banyan::memory
