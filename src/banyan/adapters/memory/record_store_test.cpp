#include "banyan/adapters/memory/record_store.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <memory>
#include <numeric>

#include "tests/contracts/example_schema.hpp"
#include "tests/contracts/record_store_contract.hpp"
#include "tests/contracts/record_store_random.hpp"
#include "tests/servers/environment.hpp"

namespace banyan::memory {
namespace {

contracts::RecordStoreFactory factory() { return contracts::simple_factory<RecordStore>("Memory"); }

/// A memory store with a fault.
struct BrokenStore final : banyan::RecordStore {
  BrokenStore(const Schema& schema, const Clock& clock) : inner(schema, clock) {}

  Task<Result<Record>> find(const Context& context, const RecordKey& key, Source source) override {
    Result<Record> found = block_on(inner.find(context, key, source));
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

constexpr std::string_view no_difference = "no difference";

std::string difference_for_seed(std::uint64_t seed, const Damage& damage) {
  const Schema schema = contracts::example_schema();
  ManualClock clock;
  contracts::RandomRun run;
  run.seed = seed;
  return contracts::first_difference(schema, clock, factory(), {broken_factory(damage)}, run)
             .value_or(std::string(no_difference)) +
         ", BANYAN_SEED=" + std::to_string(run.seed);
}

/// The first difference that comparisons with the broken store find. One alone may happen not to ask for what is
/// broken.
std::string difference_with(const Damage& damage) {
  constexpr std::uint64_t runs_max = 20;
  const std::uint64_t seed = testkit::seed_from_environment();
  std::string found;
  for (std::uint64_t i = 0; i < runs_max; ++i) {
    found = difference_for_seed(seed + i, damage);
    if (!found.starts_with(no_difference)) break;
  }
  return found;
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

/// Every comparison of a filter changed.
void in_filter(Filter& filter, const std::function<void(Filter&)>& change) {
  change(filter);
  for (Filter& child : filter.children) in_filter(child, change);
}

TEST(RecordStoreComparison, finds_that_like_folds_case) {
  const auto difference = difference_with([](BrokenStore& broken) {
    broken.in_query = [](Query& query) {
      in_filter(query.filter, [](Filter& filter) {
        if (filter.op == CompareOp::like) filter.op = CompareOp::ilike;
      });
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
    broken.in_applied = [](Result<Applied>& applied) {
      if (!applied) return;
      applied->changes.resize(std::accumulate(applied->counts.begin(), applied->counts.end(), std::size_t{0}));
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

/// What a query asks changed, in its embeds too.
void everywhere(Query& query, const std::function<void(Query&)>& change) {
  change(query);
  for (Embed& embed : query.embeds) everywhere(embed.query, change);
}

std::string difference_with_query(const std::function<void(Query&)>& change) {
  return difference_with([change](BrokenStore& broken) { broken.in_query = change; });
}

TEST(RecordStoreComparison, finds_that_an_embed_begins_in_the_wrong_place) {
  const auto difference = difference_with_query([](Query& query) {
    for (Embed& embed : query.embeds) everywhere(embed.query, [](Query& inner) { inner.offset = 0; });
  });
  EXPECT_NE(difference.find(" in embed "), std::string::npos) << difference;
}

TEST(RecordStoreComparison, finds_that_what_lies_between_is_not_filtered) {
  const auto difference = difference_with_query([](Query& query) {
    everywhere(query, [](Query& inner) {
      for (Embed& embed : inner.embeds) embed.through_filter = Filter();
    });
  });
  EXPECT_NE(difference.find("between where"), std::string::npos) << difference;
}

TEST(RecordStoreComparison, finds_that_a_count_is_that_of_the_page) {
  const auto difference = difference_with([](BrokenStore& broken) {
    broken.in_query = [](Query& query) {
      if (query.counted == Counted::exact) query.filter = Filter();
    };
  });
  EXPECT_NE(difference.find("counted"), std::string::npos) << difference;
}

TEST(RecordStoreComparison, finds_that_json_is_taken_for_its_text) {
  const auto difference = difference_with_query([](Query& query) {
    in_filter(query.filter, [](Filter& filter) {
      Term& term = filter.term;
      if (!term.path.empty() && term.json == Term::Json::value) term.json = Term::Json::text;
    });
  });
  EXPECT_NE(difference.find("as value"), std::string::npos) << difference;
}

TEST(RecordStoreComparison, finds_that_an_average_is_taken_for_a_sum) {
  const auto difference = difference_with_query([](Query& query) {
    if (!query.grouping) return;
    for (Aggregate& aggregate : query.grouping->aggregates)
      if (aggregate.function == Aggregate::Function::avg) aggregate.function = Aggregate::Function::sum;
  });
  EXPECT_NE(difference.find("avg("), std::string::npos) << difference;
}

TEST(RecordStoreComparison, finds_that_an_order_looks_at_the_wrong_record) {
  const auto difference = difference_with_query([](Query& query) {
    std::erase_if(query.order, [](const OrderTerm& term) { return term.of_reference.has_value(); });
  });
  EXPECT_NE(difference.find("'s field"), std::string::npos) << difference;
}

std::string difference_with_write(const std::function<void(Write&)>& change) {
  return difference_with([change](BrokenStore& broken) {
    broken.in_batch = [change](WriteBatch& batch) {
      for (Write& write : batch.writes) change(write);
    };
  });
}

TEST(RecordStoreComparison, finds_that_conditions_of_a_write_are_not_looked_at) {
  const auto no_filter = difference_with_write([](Write& write) {
    if (write.kind == Write::Kind::update) write.filter = Filter();
  });
  EXPECT_NE(no_filter.find("forbidden"), std::string::npos) << no_filter;
  const auto no_check = difference_with_write([](Write& write) { write.check = Filter(); });
  EXPECT_NE(no_check.find("forbidden"), std::string::npos) << no_check;
  const auto no_conflict_check = difference_with_write([](Write& write) { write.conflict_check = Filter(); });
  EXPECT_NE(no_conflict_check.find("forbidden"), std::string::npos) << no_conflict_check;
}

TEST(RecordStoreComparison, finds_that_an_upsert_always_creates) {
  const auto difference = difference_with_write([](Write& write) {
    if (write.kind == Write::Kind::upsert) write.kind = Write::Kind::create;
  });
  EXPECT_NE(difference.find("upsert"), std::string::npos) << difference;
}

TEST(RecordStoreComparison, finds_that_a_rehearsal_is_done) {
  const auto difference = difference_with(
      [](BrokenStore& broken) { broken.in_batch = [](WriteBatch& batch) { batch.rehearsal = false; }; });
  EXPECT_EQ(difference.find("no difference"), std::string::npos) << difference;
}

TEST(RecordStoreComparison, finds_that_a_deleted_record_is_not_told_as_it_was) {
  const auto difference = difference_with([](BrokenStore& broken) {
    broken.in_applied = [](Result<Applied>& applied) {
      if (!applied) return;
      for (Changed& changed : applied->changes) changed.before.reset();
    };
  });
  EXPECT_NE(difference.find(", was {"), std::string::npos) << difference;
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
