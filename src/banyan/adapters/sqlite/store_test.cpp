// What only this store promises, beside the contract suite.
#include "banyan/adapters/sqlite/store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <thread>

#include "banyan/adapters/sqlite/dialect.hpp"
#include "banyan/adapters/sqlite/store_fixture.hpp"
#include "banyan/sql/pages.hpp"
#include "banyan/sql/statements.hpp"

namespace banyan::sqlite {
namespace {

using namespace testkit;  // NOLINT: the words of these tests

TEST_F(StoreTest, what_was_created_is_found) {
  const auto applied = opened.apply({opened.create("users", {{"name", text("Alice")}, {"age", number(30)}})});
  ASSERT_TRUE(applied) << applied.error().message << applied.error().detail;
  const auto found = opened.find("users", number(1));
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(*applied->changes.front().record, *found);
  EXPECT_EQ(found->values, (std::vector<Value>{number(1), text("Alice"), Null{}, number(30)}));
}

TEST_F(StoreTest, requests_that_wait_together_share_one_commit) {
  std::vector<std::vector<Write>> requests;
  for (int i = 0; i < 20; ++i) requests.push_back({user("user")});
  const auto pending = together(std::move(requests));
  for (const Pending& one : pending) EXPECT_TRUE(*one.result);
  EXPECT_EQ(commits().total, 2U);
  EXPECT_EQ(commits().sum, 21U);
}

TEST_F(StoreTest, a_member_that_fails_takes_nobody_with_it) {
  std::vector<std::vector<Write>> requests;
  requests.push_back({user("a", text("a@example.com"))});
  requests.push_back({user("twin", text("a@example.com"))});
  requests.push_back({user("half"), opened.create("posts", {{"title", text("t")}, {"author", number(999)}})});
  requests.push_back({opened.create("posts", {{"title", text("t")}, {"author", number(999)}})});
  requests.push_back({opened.remove("users", number(500))});
  requests.push_back({user("b", text("b@example.com"))});
  const auto pending = together(std::move(requests));
  ASSERT_EQ(commits().total, 2U) << "they shared a transaction";
  EXPECT_TRUE(*pending[1].result);
  EXPECT_EQ(pending[2].result->error().code, ErrorCode::already_exists);
  EXPECT_EQ(pending[3].result->error().code, ErrorCode::reference_broken);
  EXPECT_EQ(pending[3].result->error().fields.front().field, "[1].author");
  EXPECT_EQ(pending[4].result->error().code, ErrorCode::reference_broken);
  EXPECT_EQ(pending[5].result->error().code, ErrorCode::not_found);
  EXPECT_TRUE(*pending[6].result);
  EXPECT_EQ(opened.list({.collection = &opened.at("users")})->records.size(), 3U);
  EXPECT_EQ(opened.list({.collection = &opened.at("posts")})->records.size(), 0U);
}

TEST_F(StoreTest, a_foreign_key_that_the_config_does_not_know_fails_nobody_else) {
  ASSERT_TRUE(opened.apply({user("Alice")}));
  // Made while the store runs: it is known as soon as it holds.
  RawDatabase(opened.options.file)
      .run(
          "CREATE TABLE relics (owner REFERENCES users (id) DEFERRABLE INITIALLY DEFERRED);"
          "INSERT INTO relics VALUES (1)");
  std::vector<std::vector<Write>> requests;
  requests.push_back({user("a")});
  requests.push_back({opened.remove("users", number(1))});
  requests.push_back({user("b"), opened.remove("users", number(1)), user("c")});
  requests.push_back({user("d")});
  const auto pending = together(std::move(requests));
  ASSERT_EQ(commits().total, 3U) << "they shared a transaction";
  EXPECT_TRUE(*pending[1].result);
  EXPECT_EQ(pending[2].result->error().code, ErrorCode::reference_broken);
  EXPECT_EQ(pending[3].result->error().code, ErrorCode::reference_broken);
  EXPECT_EQ(pending[3].result->error().fields.front().field, "[1]");
  EXPECT_TRUE(*pending[4].result);
  EXPECT_FALSE(opened.store->unready_reason());
  EXPECT_EQ(opened.list({.collection = &opened.at("users")})->records.size(), 4U) << "Alice, first, a, d";
}

TEST_F(StoreTest, a_reference_that_became_an_integer_still_fails_nobody_else) {
  const auto file = opened.options.file;
  opened.store.reset();
  Opened changed(Options{.file = file},
                 schema({blog()->collections[0], collection("posts", {required(field("title", FieldType::text)),
                                                                      field("author", FieldType::integer)})}));
  ASSERT_TRUE(changed.start());
  const auto refused = changed.apply({changed.create("posts", {{"title", text("t")}, {"author", number(999)}})});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::reference_broken) << refused.error().detail;
  EXPECT_FALSE(changed.store->unready_reason());
  ASSERT_TRUE(changed.apply({changed.create("posts", {{"title", text("t")}})}));
  EXPECT_EQ(changed.apply({changed.update("posts", number(1), {{"author", number(999)}})}).error().code,
            ErrorCode::reference_broken);
  EXPECT_FALSE(changed.store->unready_reason());
}

TEST_F(StoreTest, a_write_whose_time_ran_out_in_the_queue_is_not_done) {
  std::deque<Pending> pending;
  RawDatabase other(opened.options.file);
  other.run("BEGIN IMMEDIATE");
  pending.emplace_back(opened, std::vector<Write>{user("first")});
  ASSERT_TRUE(wait_until([&] { return queued() == 0; }));
  pending.emplace_back(opened, std::vector<Write>{user("late")});
  pending.back().context.cancelled = true;
  other.run("COMMIT");
  ASSERT_TRUE(wait_until([&] { return pending[0].done && pending[1].done; }));
  EXPECT_TRUE(*pending[0].result);
  EXPECT_EQ(pending[1].result->error().code, ErrorCode::deadline_exceeded);
  EXPECT_EQ(opened.list({.collection = &opened.at("users")})->records.size(), 1U);
}

class SmallQueueTest : public StoreTest {
 protected:
  SmallQueueTest() : StoreTest(Options{.write_queue_max = 3}) {}
};

TEST_F(SmallQueueTest, what_does_not_fit_the_queue_is_refused_at_once) {
  std::vector<std::vector<Write>> requests;
  for (int i = 0; i < 5; ++i) requests.push_back({user("user")});
  const auto pending = together(std::move(requests));
  int refused = 0;
  for (const Pending& one : pending) refused += !*one.result && one.result->error().code == ErrorCode::overloaded;
  EXPECT_EQ(refused, 2);
  EXPECT_EQ(opened.metrics.counter("banyan_store_refused_total", "", {{"kind", "write"}}).value(), 2U);
}

class PatientlessTest : public StoreTest {
 protected:
  PatientlessTest() : StoreTest(Options{.lock_wait_max = std::chrono::milliseconds(20)}) {}
};

TEST_F(PatientlessTest, a_lock_that_another_program_keeps_is_told_and_passes) {
  {
    RawDatabase other(opened.options.file);
    other.run("BEGIN IMMEDIATE");
    const auto refused = opened.apply({user("a")});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
    EXPECT_TRUE(opened.store->unready_reason());
    EXPECT_EQ(opened.find("users", number(1)).error().code, ErrorCode::not_found) << "readers do not wait";
    other.run("COMMIT");
  }
  EXPECT_TRUE(opened.apply({user("a")}));
  EXPECT_FALSE(opened.store->unready_reason());
}

/// Runs out between two looks.
class ImpatientClock final : public Clock {
 public:
  SteadyTime steady() const override { return SteadyTime(std::chrono::seconds(++looks_ > 20 ? 100 : 1)); }
  UnixMicros wall() const override { return 1; }
  int looks() const { return looks_; }

 private:
  mutable std::atomic<int> looks_ = 0;
};

TEST_F(StoreTest, a_long_list_is_interrupted_at_its_deadline) {
  RawDatabase(opened.options.file)
      .run(
          "INSERT INTO users (name) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) "
          "SELECT 'user ' || i FROM n");
  const ImpatientClock clock;
  Context context{opened.executor, clock, SteadyTime(std::chrono::seconds(50))};
  Query query{.collection = &opened.at("users")};
  query.filter = Filter::compare(1, CompareOp::like, {text("%9%9%9%9%9%9%")});
  const auto page = block_on(opened.store->list(context, query));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, ErrorCode::deadline_exceeded);
  EXPECT_LT(clock.looks(), 40) << "it stopped soon after";
  EXPECT_EQ(opened.list({.collection = &opened.at("users"), .limit = 5})->records.size(), 5U) << "the reader goes on";
}

TEST_F(StoreTest, one_long_match_is_interrupted_at_the_deadline) {
  ASSERT_TRUE(opened.apply({user(std::string(1'000'000, 'a'))}));
  const ImpatientClock clock;
  Context context{opened.executor, clock, SteadyTime(std::chrono::seconds(50))};
  Query query{.collection = &opened.at("users")};
  query.filter = Filter::compare(1, CompareOp::like, {text("%" + std::string(500, 'a') + "b%")});
  const auto page = block_on(opened.store->list(context, query));
  ASSERT_FALSE(page) << "it went on to the end";
  EXPECT_EQ(page.error().code, ErrorCode::deadline_exceeded);
  EXPECT_EQ(opened.list({.collection = &opened.at("users")})->records.size(), 1U) << "the reader goes on";
}

TEST_F(StoreTest, a_search_for_what_to_change_keeps_other_writes_waiting_for_a_second_at_most) {
  ASSERT_TRUE(opened.apply({user(std::string(1'000'000, 'a'))}));
  const ImpatientClock clock;
  Context context{opened.executor, clock, SteadyTime::max()};
  Write change;
  change.kind = Write::Kind::update_matches;
  change.collection = &opened.at("users");
  change.changes = {{1, text("changed")}};
  change.filter = Filter::compare(1, CompareOp::like, {text("%" + std::string(500, 'a') + "b%")});
  WriteBatch batch;
  batch.writes.push_back(std::move(change));
  const auto applied = block_on(opened.store->apply(context, std::move(batch)));
  ASSERT_FALSE(applied) << "it went on to the end";
  EXPECT_EQ(applied.error().code, ErrorCode::deadline_exceeded);
  EXPECT_TRUE(opened.apply({user("next")})) << "the writer goes on";
}

/// `alice AND (alice OR (alice AND …`
Filter nested(const Filter& leaf, int depth) {
  Filter filter = leaf;
  for (int i = 0; i < depth; ++i) {
    Filter around;
    around.kind = i % 2 == 0 ? Filter::Kind::any : Filter::Kind::all;
    around.children = {leaf, std::move(filter)};
    filter = std::move(around);
  }
  return filter;
}

TEST_F(StoreTest, filters_up_to_their_bounds_are_answered_and_others_are_too_large) {
  ASSERT_TRUE(opened.apply({user("Alice")}));
  const Filter alice = Filter::compare(1, CompareOp::eq, {text("Alice")});
  Filter wide;
  wide.children.assign(sql::filter_nodes_max - 1, alice);
  const Filter many = Filter::compare(1, CompareOp::in, {sql::in_operands_max, text("Alice")});
  for (const Filter& filter : {nested(alice, 25), wide, many}) {
    const auto page = opened.list({.collection = &opened.at("users"), .filter = filter});
    ASSERT_TRUE(page) << page.error().detail;
    EXPECT_EQ(page->records.size(), 1U);
  }
  wide.children.push_back(alice);
  for (const Filter& filter : {nested(alice, 100), nested(alice, 300), wide}) {
    EXPECT_EQ(opened.list({.collection = &opened.at("users"), .filter = filter}).error().code, ErrorCode::too_large);
  }
}

TEST_F(StoreTest, a_cascade_past_its_bound_is_refused_whole) {
  Opened small(Options{.file = directory.path() / "small.db", .cascade_rows_max = 3});
  ASSERT_TRUE(small.start());
  std::vector<Write> writes{small.create("users", {{"name", text("Alice")}})};
  for (int i = 0; i < 4; ++i) writes.push_back(small.create("posts", {{"title", text("t")}, {"author", number(1)}}));
  ASSERT_TRUE(small.apply(std::move(writes)));
  EXPECT_EQ(small.apply({small.remove("users", number(1))}).error().code, ErrorCode::too_large);
  EXPECT_EQ(small.list({.collection = &small.at("posts")})->records.size(), 4U);
  ASSERT_TRUE(small.apply({small.remove("posts", number(1))}));
  EXPECT_EQ(small.apply({small.remove("users", number(1))})->changes.size(), 4U);
}

class WatchfulTest : public StoreTest {
 protected:
  WatchfulTest() : StoreTest(Options{.checkpoint_bytes = 64 << 10, .watch_interval = std::chrono::milliseconds(2)}) {}
  void SetUp() override {
    ASSERT_TRUE(opened.open());
    ASSERT_TRUE(opened.store->apply_additive(*opened.store->plan()));
    opened.store->on_foreign_change([this](const ForeignChange& change) { changes += change.everything ? 1 : 0; });
    ASSERT_TRUE(opened.store->start());
  }
  std::atomic<int> changes = 0;
};

TEST_F(WatchfulTest, changes_by_other_programs_are_told_and_own_ones_are_not) {
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(opened.apply({user(std::string(1'000, 'x'))}));
  EXPECT_EQ(changes, 0) << "writes and checkpoints of the store itself";
  RawDatabase(opened.options.file).run("UPDATE users SET name = 'changed' WHERE id = 1");
  EXPECT_TRUE(wait_until([&] { return changes > 0; }));
  EXPECT_EQ(opened.find("users", number(1))->values[1], text("changed"));
}

TEST_F(StoreTest, pages_by_an_indexed_field_come_from_its_index_in_order) {
  Collection notes = collection("notes", {field("age", FieldType::integer)}, IdKind::uuid);
  notes.indexes.push_back({.fields = {1}});
  Opened other(Options{.file = directory.path() / "other.db"}, schema({blog()->collections[0], std::move(notes)}));
  ASSERT_TRUE(other.start());
  RawDatabase raw(other.options.file);
  const auto plan = [&](const Query& query) {
    return raw.ask("EXPLAIN QUERY PLAN " + sql::select_page(dialect, *other.schema, query)->text);
  };
  for (const char* name : {"users", "notes"}) {
    const std::size_t age = *other.at(name).find_field("age");
    Query equal{.collection = &other.at(name), .filter = Filter::compare(age, CompareOp::eq, {number(7)})};
    Query range{.collection = &other.at(name), .filter = Filter::compare(age, CompareOp::gte, {number(7)})};
    range.order = {{.field = age, .nulls_first = true}};
    for (const Query& query : {equal, range}) {
      EXPECT_THAT(plan(query), ::testing::HasSubstr("SEARCH t0 USING INDEX " + std::string(name) + ".age.index"));
      EXPECT_THAT(plan(query), ::testing::Not(::testing::HasSubstr("TEMP B-TREE"))) << "nothing is left to sort";
    }
  }
}

TEST_F(StoreTest, what_is_queued_when_the_store_closes_is_still_done) {
  std::deque<Pending> pending;
  for (int i = 0; i < 50; ++i) pending.emplace_back(opened, std::vector<Write>{user("user")});
  opened.store.reset();
  for (const Pending& one : pending) EXPECT_TRUE(one.done && *one.result);
}

TEST_F(StoreTest, callers_on_many_threads_lose_and_double_nothing) {
  constexpr int callers = 8;
  constexpr int each = 200;
  std::vector<std::thread> threads;
  for (int c = 0; c < callers; ++c) {
    threads.emplace_back([&] {
      for (int i = 0; i < each; ++i) {
        const auto applied = opened.apply({user("user")});
        ASSERT_TRUE(applied);
        ASSERT_TRUE(opened.find("users", applied->changes.front().key.id)) << "acknowledged, so there";
        if (i % 20 == 0) ASSERT_TRUE(opened.list({.collection = &opened.at("users"), .limit = 3}));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(RawDatabase(opened.options.file).ask("SELECT count(*) FROM users"), std::to_string(callers * each) + "\n");
}

}  // namespace
}  // namespace banyan::sqlite
