#include <gtest/gtest.h>

#include "banyan/adapters/memory/record_store.hpp"
#include "banyan/adapters/postgres/store_under_test.hpp"
#include "banyan/adapters/sqlite/store_under_test.hpp"
#include "tests/contracts/example_schema.hpp"
#include "tests/contracts/record_store_random.hpp"
#include "tests/servers/environment.hpp"

// Every store beside the model, asked the same.
namespace banyan {
namespace {

contracts::RecordStoreFactory model() { return contracts::simple_factory<memory::RecordStore>("Memory"); }

void expect_every_store_to_agree(std::size_t steps) {
  contracts::expect_same_answers(model(), {sqlite::factory(), postgres::factory()}, steps);
}

std::string difference_where_nulls_are_turned_around(const contracts::RecordStoreFactory& store) {
  const Schema schema = contracts::example_schema();
  ManualClock clock;
  contracts::RandomRun run;
  run.seed = testkit::seed_from_environment();
  run.distort = [](Query& query) {
    for (OrderTerm& term : query.order) term.nulls_first = !term.nulls_first;
  };
  return contracts::first_difference(schema, clock, model(), {store}, run).value_or("no difference");
}

TEST(StoresTest, every_store_answers_as_the_model_does) { expect_every_store_to_agree(20'000); }

TEST(StoresTest, another_order_of_nulls_in_sqlite_is_found_out) {
  const std::string difference = difference_where_nulls_are_turned_around(sqlite::factory());
  EXPECT_NE(difference.find("Sqlite: list"), std::string::npos) << difference;
}

TEST(StoresTest, another_order_of_nulls_in_postgresql_is_found_out) {
  const std::string difference = difference_where_nulls_are_turned_around(postgres::factory());
  EXPECT_NE(difference.find("Postgres: list"), std::string::npos) << difference;
}

TEST(StoresLong, every_store_answers_a_million_times_as_the_model_does) { expect_every_store_to_agree(1'000'000); }

}  // namespace
}  // namespace banyan
