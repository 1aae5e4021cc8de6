// Several at once, tables in use, and what an attempt that failed leaves behind.
#include "banyan/adapters/postgres/keeper.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "banyan/adapters/postgres/schema_test_support.hpp"

namespace banyan::postgres {
namespace {

using namespace schema_testing;  // NOLINT: the words of these tests
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = SchemaDifference::Kind;

std::vector<Collection> wanted() {
  return {
      collection("users", {unique(field("email", FieldType::email)), reference("team", "teams", OnDelete::set_null)}),
      collection("teams", {reference("lead", "users", OnDelete::set_null)}, IdKind::uuid)};
}

/// Plans and applies; what went wrong.
std::string bring(const TestDatabase& database, const Schema& schema) {
  const SystemClock clock;
  Connection connection = database.connect();
  Keeper keeper(schema, clock, connection);
  const auto plan = keeper.plan();
  if (!plan) return plan.error().message + plan.error().detail;
  const auto done = keeper.apply_additive(*plan);
  return done ? "" : done.error().message + " " + done.error().detail;
}

SchemaPlan plan_of(const TestDatabase& database, const Schema& schema) {
  const SystemClock clock;
  Connection connection = database.connect();
  auto plan = Keeper(schema, clock, connection).plan();
  if (!plan) throw std::runtime_error(plan.error().message);
  return std::move(*plan);
}

TEST(Keeper, makes_tables_that_refer_to_each_other) {
  TestDatabase database;
  const auto made = schema({collection("users", {reference("team", "teams", OnDelete::set_null)}),
                            collection("teams", {reference("lead", "users", OnDelete::set_null)})});
  EXPECT_EQ(bring(database, *made), "");
  EXPECT_THAT(plan_of(database, *made).differences, IsEmpty());
  EXPECT_EQ(database.run("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND condeferrable"), "2");
}

TEST(Keeper, ten_at_once_on_an_empty_database_all_find_it_ready) {
  TestDatabase database;
  const auto made = schema(wanted());
  std::vector<std::string> problems(10);
  {
    std::vector<std::jthread> threads;
    for (std::string& problem : problems) threads.emplace_back([&] { problem = bring(database, *made); });
  }
  EXPECT_THAT(problems, ::testing::Each(""));
  EXPECT_THAT(plan_of(database, *made).differences, IsEmpty());
}

TEST(Keeper, ten_at_once_make_an_index_over_a_table_with_rows) {
  TestDatabase database;
  ASSERT_EQ(bring(database, *schema(wanted())), "");
  database.run("INSERT INTO users (email) SELECT 'u' || i || '@example.com' FROM generate_series(1, 100) i");
  auto more = wanted();
  more[0].indexes.push_back({.fields = {1, 2}});
  const auto made = schema(more);
  const SchemaPlan plan = plan_of(database, *made);
  ASSERT_THAT(plan.differences, ::testing::SizeIs(1));
  EXPECT_THAT(plan.differences[0].statements.back(), ::testing::StartsWith("CREATE INDEX CONCURRENTLY"));
  std::vector<std::string> problems(10);
  {
    std::vector<std::jthread> threads;
    for (std::string& problem : problems) threads.emplace_back([&] { problem = bring(database, *made); });
  }
  EXPECT_THAT(problems, ::testing::Each(""));
  EXPECT_THAT(plan_of(database, *made).differences, IsEmpty());
}

TEST(Keeper, replaces_what_is_left_of_an_index_that_could_not_be_finished) {
  TestDatabase database;
  ASSERT_EQ(bring(database, *schema({collection("users", {field("email", FieldType::text)})})), "");
  database.run("INSERT INTO users (email) VALUES ('a'), ('a')");
  EXPECT_THROW(database.run("CREATE UNIQUE INDEX CONCURRENTLY \"users.email.unique\" ON users (email)"),
               std::runtime_error);
  const auto made = schema({collection("users", {unique(field("email", FieldType::text))})});
  EXPECT_TRUE(plan_of(database, *made).has(Kind::blocking)) << "an invalid index is none";
  database.run("DELETE FROM users WHERE id = 2");
  EXPECT_EQ(bring(database, *made), "");
  EXPECT_THAT(plan_of(database, *made).differences, IsEmpty());
  EXPECT_EQ(database.run("SELECT indisvalid FROM pg_index WHERE indexrelid = '\"users.email.unique\"'::regclass"), "t");
  database.run("DROP INDEX \"users.email.unique\"; INSERT INTO users (email) VALUES ('a')");
  EXPECT_THROW(database.run("CREATE UNIQUE INDEX CONCURRENTLY \"users.email.unique\" ON users (email)"),
               std::runtime_error);
  database.run("DELETE FROM users");
  EXPECT_EQ(bring(database, *made), "") << "no rows: made with the rest";
  EXPECT_THAT(plan_of(database, *made).differences, IsEmpty());
}

TEST(Keeper, gives_way_to_those_who_hold_a_table_and_comes_again) {
  TestDatabase database;
  ASSERT_EQ(bring(database, *schema({collection("users", {})})), "");
  Connection reader = database.connect();
  ASSERT_TRUE(reader.execute("BEGIN; SELECT * FROM users"));
  std::string problem = "not done";
  {
    std::jthread keeper(
        [&] { problem = bring(database, *schema({collection("users", {field("a", FieldType::text)})})); });
    // Another reader gets through while the column waits for the first one.
    const auto waits = [&] {
      return database.run(
                 "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type "
                 "= 'Lock'") != "0";
    };
    while (!waits()) std::this_thread::yield();
    ASSERT_TRUE(database.connect().execute("SELECT * FROM users"));
    ASSERT_TRUE(reader.execute("COMMIT"));
  }
  EXPECT_EQ(problem, "");
}

TEST(Keeper, lets_a_role_serve_that_may_not_make_tables) {
  TestDatabase database;
  const auto made = schema({collection("users", {field("a", FieldType::text)})});
  ASSERT_EQ(bring(database, *made), "");
  const std::string role = "server_" + banyan::testkit::PostgresAddress::name_in(database.url());
  database.run("REVOKE CREATE ON SCHEMA public FROM PUBLIC; CREATE ROLE " + role +
               "; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO " + role);
  const SystemClock clock;
  Connection connection = database.connect();
  ASSERT_TRUE(connection.execute("SET ROLE " + role));
  Keeper keeper(*made, clock, connection);
  const auto plan = keeper.plan();
  ASSERT_TRUE(plan);
  const auto done = keeper.apply_additive(*plan);
  EXPECT_TRUE(done) << done.error().message << done.error().detail;
  database.run("DROP OWNED BY " + role + "; DROP ROLE " + role);
}

}  // namespace
}  // namespace banyan::postgres
