#include <atomic>
#include <mutex>
#include <thread>

#include "banyan/adapters/postgres/store_fixture.hpp"

namespace banyan::postgres {
namespace {

using contracts::number;
using contracts::text;

TEST_F(StoreTest, a_write_whose_record_is_locked_waits_alone_and_is_refused_in_time) {
  start();
  ASSERT_TRUE(apply({user("Alice"), user("Bob")}));
  Connection other = other_program();
  ASSERT_TRUE(other.execute("BEGIN; SELECT * FROM users WHERE id = 1 FOR UPDATE"));

  std::atomic<bool> refused = false;
  std::thread waiting([&] {
    const auto answer =
        apply({contracts::update(at("users"), number(1), {{"name", text("Al")}})}, std::chrono::seconds(2));
    EXPECT_FALSE(answer);
    if (!answer) EXPECT_EQ(answer.error().code, ErrorCode::unavailable) << answer.error().message;
    refused = true;
  });
  // Others are served meanwhile, however they came to share its transaction at first.
  std::size_t served = 0;
  while (!refused) {
    ASSERT_TRUE(apply({contracts::update(at("users"), number(2), {{"name", text("Bob")}})}));
    ++served;
  }
  waiting.join();
  EXPECT_GT(served, 2U);
  ASSERT_TRUE(other.execute("COMMIT"));
  EXPECT_EQ(find("users", number(1))->values[1], text("Alice"));
}

TEST_F(StoreTest, a_write_that_waited_for_a_lock_is_made_when_it_is_free) {
  start();
  ASSERT_TRUE(apply({user("Alice")}));
  Connection other = other_program();
  ASSERT_TRUE(other.execute("BEGIN; UPDATE users SET name = 'Ann' WHERE id = 1"));
  std::thread waiting([&] { EXPECT_TRUE(apply({contracts::update(at("users"), number(1), {{"age", number(7)}})})); });
  while (run("SELECT count(*) FROM pg_locks WHERE NOT granted") == "0") std::this_thread::yield();
  ASSERT_TRUE(other.execute("COMMIT"));
  waiting.join();
  EXPECT_EQ(find("users", number(1))->values[1], text("Ann"));
  EXPECT_EQ(find("users", number(1))->values[3], number(7));
}

TEST_F(StoreTest, a_list_is_ended_at_its_deadline_and_its_connection_serves_on) {
  start();
  ASSERT_TRUE(apply({user("Alice")}));
  Connection other = other_program();
  ASSERT_TRUE(other.execute("BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE"));
  const auto late = list({.collection = &at("users"), .filter = {}, .order = {}}, std::chrono::milliseconds(300));
  ASSERT_FALSE(late);
  EXPECT_TRUE(late.error().code == ErrorCode::deadline_exceeded || late.error().code == ErrorCode::unavailable);
  ASSERT_TRUE(other.execute("COMMIT"));
  EXPECT_EQ(list({.collection = &at("users"), .filter = {}, .order = {}})->records.size(), 1U);
}

TEST_F(StoreTest, a_locked_table_does_not_hold_up_finds_in_others_for_long) {
  start();
  ASSERT_TRUE(apply({user("Alice"), contracts::create(at("posts"), {{"title", text("Hello")}})}));
  Connection other = other_program();
  ASSERT_TRUE(other.execute("BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE"));
  std::atomic<bool> done = false;
  std::thread waiting([&] {
    while (!done) (void)find("users", number(1), std::chrono::seconds(20));
  });
  while (run("SELECT count(*) FROM pg_locks WHERE NOT granted") == "0") std::this_thread::yield();
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(find("posts", number(1), std::chrono::seconds(20)));
  done = true;
  ASSERT_TRUE(other.execute("COMMIT"));
  waiting.join();
}

TEST_F(StoreTest, what_a_constraint_of_somebody_else_refuses_is_refused_alone) {
  start();
  run("ALTER TABLE users ADD CHECK (name <> 'Mallory')");
  std::vector<std::thread> threads;
  std::atomic<int> made = 0;
  std::atomic<int> refused = 0;
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 25; ++i) {
        const auto answer = apply({user(thread == 0 ? "Mallory" : "Alice")});
        if (answer)
          ++made;
        else if (answer.error().code == ErrorCode::invalid)
          ++refused;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(made, 7 * 25);
  EXPECT_EQ(refused, 25);
  EXPECT_EQ(run("SELECT count(*) FROM users"), std::to_string(7 * 25));
}

TEST_F(StoreTest, a_table_that_changes_under_prepared_statements_is_served_on) {
  start();
  ASSERT_TRUE(apply({user("Alice")}));
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(find("users", number(1)));
  run("ALTER TABLE users ALTER COLUMN name TYPE varchar(50)");
  EXPECT_EQ(find("users", number(1))->values[1], text("Alice"));
  EXPECT_TRUE(list({.collection = &at("users"), .filter = {}, .order = {}}));
  EXPECT_TRUE(apply({contracts::update(at("users"), number(1), {{"name", text("Al")}})}));
  run("DROP TABLE posts; ALTER TABLE users DROP COLUMN age");
  EXPECT_FALSE(find("users", number(1)));
}

TEST_F(StoreTest, adopted_text_is_ordered_by_its_bytes_whatever_its_collation) {
  run("CREATE TABLE users (id bigserial PRIMARY KEY, name text NOT NULL, email text UNIQUE, age integer, _version "
      "bigint NOT NULL DEFAULT 1)");
  start();
  for (const char* name : {"b", "B", "a", "\xC3\xA4", "A", "z"}) ASSERT_TRUE(apply({user(name)}));
  const auto page = list({.collection = &at("users"), .filter = {}, .order = {{.field = 1}}});
  ASSERT_TRUE(page);
  std::string names;
  for (const Record& record : page->records) names += std::get<std::string>(record.values[1]) + " ";
  EXPECT_EQ(names, "A B a b z \xC3\xA4 ");
  const auto above = list(
      {.collection = &at("users"), .filter = Filter::compare(1, CompareOp::gt, {text("Z")}), .order = {{.field = 1}}});
  EXPECT_EQ(above->records.size(), 4U);
}

TEST_F(StoreTest, a_page_that_would_hold_too_much_is_refused_and_costs_no_memory) {
  options_.page_bytes_max = 1 << 20;
  start();
  run("INSERT INTO users (name) SELECT repeat('x', 100000) FROM generate_series(1, 50)");
  const auto page = list({.collection = &at("users"), .filter = {}, .order = {}});
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, ErrorCode::too_large);
  EXPECT_EQ(page.error().reason, "page_too_large");
  EXPECT_EQ(list({.collection = &at("users"), .filter = {}, .order = {}, .limit = 3})->records.size(), 3U);
}

TEST_F(StoreTest, it_takes_no_more_connections_than_it_says) {
  options_.find_connections = 2;
  options_.list_connections = 2;
  options_.transaction_connections = 3;
  hears_ = [](const ForeignChange&) {};
  start();
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 24; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(apply({user("a"), user("b")}));
        EXPECT_TRUE(apply({user("c")}));
        EXPECT_TRUE(list({.collection = &at("users"), .filter = {}, .order = {}}));
        EXPECT_TRUE(find("users", number(1)));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const int count =
      std::stoi(run("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                    "application_name LIKE 'banyan %'"));
  EXPECT_LE(count, 2 + 2 + 3 + 1 + 1);
  EXPECT_GE(count, 5);
  store_->stop();
  while (run("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE "
             "'banyan %'") != "0")
    std::this_thread::yield();
}

TEST_F(StoreTest, what_is_under_way_when_it_stops_is_answered) {
  start();
  ASSERT_TRUE(apply({user("Alice")}));
  std::atomic<bool> stopping = false;
  std::atomic<std::size_t> made = 1;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&] {
      while (true) {
        const auto answer = apply({user("Bob")});
        if (!answer) {
          EXPECT_EQ(answer.error().code, ErrorCode::unavailable) << answer.error().message;
          EXPECT_TRUE(stopping);
          return;
        }
        ++made;
      }
    });
  }
  while (made < 50) std::this_thread::yield();
  stopping = true;
  store_->stop();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(run("SELECT count(*) FROM users"), std::to_string(made));
}

TEST_F(StoreTest, own_writes_are_told_to_every_instance) {
  std::mutex mutex;
  std::map<std::string, Version> heard;
  hears_ = [&](const ForeignChange& change) {
    const std::lock_guard lock(mutex);
    for (const ForeignChange::Key& key : change.keys) heard[to_string(key.key)] = key.version;
  };
  start();
  const auto made = apply({user("Alice")});
  ASSERT_TRUE(made);
  const auto both = apply({user("Bob"), contracts::remove(at("users"), number(1))});
  ASSERT_TRUE(both);
  const auto knows = [&](const Changed& changed) {
    const std::lock_guard lock(mutex);
    return heard[to_string(changed.key)] == changed.version;
  };
  while (!knows(both->changes[0]) || !knows(both->changes[1])) std::this_thread::yield();
}

}  // namespace
}  // namespace banyan::postgres
