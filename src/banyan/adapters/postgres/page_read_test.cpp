// What a list with all that belongs to its records costs, and that it is of one moment.
#include <algorithm>
#include <atomic>
#include <thread>

#include "banyan/adapters/postgres/store_fixture.hpp"

namespace banyan::postgres {
namespace {

using contracts::number;
using contracts::text;

class PageReads : public StoreTest {
 protected:
  Relation posts_of_user() const {
    return {.kind = Relation::Kind::to_many, .target = &at("posts"), .field = *at("posts").find_field("author")};
  }
  Query with_posts(std::uint32_t users, std::uint32_t posts_each) const {
    Query query{.collection = &at("users"), .limit = users};
    query.embeds.push_back({.relation = posts_of_user(), .query = {.collection = &at("posts"), .limit = posts_each}});
    return query;
  }
  std::uint64_t exchanges() {
    return metrics_.histogram("banyan_store_read_seconds", "", latency_bounds_us(), 1e-6, {{"kind", "list"}})
        .snapshot()
        .total;
  }
  std::uint64_t exchanges_of(Query query) {
    const std::uint64_t before = exchanges();
    const auto page = list(std::move(query));
    EXPECT_TRUE(page) << page.error().message << page.error().detail;
    return exchanges() - before;
  }
  void fill(int users, int posts_each) {
    run("INSERT INTO users (name) SELECT 'u' || i FROM generate_series(1, " + std::to_string(users) +
        ") i; INSERT INTO posts (title, author) SELECT 'p', u.id FROM users u, generate_series(1, " +
        std::to_string(posts_each) + "); ANALYZE users; ANALYZE posts");
  }
};

TEST_F(PageReads, a_level_of_embeds_takes_one_exchange_however_many_records_there_are) {
  start();
  fill(40, 40);
  EXPECT_EQ(exchanges_of({.collection = &at("users")}), 1U);
  for (const std::uint32_t rows : {1U, 20U, 40U}) {
    EXPECT_EQ(exchanges_of(with_posts(rows, rows)), 2U);
    Query deeper = with_posts(rows, rows);
    deeper.counted = Counted::exact;
    deeper.embeds.push_back(deeper.embeds.front());
    const Relation author{
        .kind = Relation::Kind::to_one, .target = &at("users"), .field = posts_of_user().field, .single = true};
    deeper.embeds.front().query.embeds.push_back({.relation = author, .query = {.collection = &at("users")}});
    EXPECT_EQ(exchanges_of(std::move(deeper)), 3U);
  }
  Query nobody = with_posts(20, 20);
  nobody.filter = Filter::nothing();
  EXPECT_LE(exchanges_of(std::move(nobody)), 2U);
}

TEST_F(PageReads, what_belongs_to_a_record_and_the_count_are_of_the_same_moment_as_the_record) {
  start();
  fill(1, 1);
  std::atomic<bool> done = false;
  std::jthread writer([&] {
    while (!done) {
      EXPECT_TRUE(apply({user("u"), contracts::create(at("posts"), {{"title", text("p")}, {"author", number(1)}})}));
    }
  });
  for (int i = 0; i < 100; ++i) {
    Query query = with_posts(1, 100'000);
    query.counted = Counted::exact;
    const auto page = list(std::move(query));
    ASSERT_TRUE(page) << page.error().message << page.error().detail;
    EXPECT_EQ(page->embeds.at(0).page.records.size(), page->count);
  }
  done = true;
}

TEST_F(PageReads, a_page_of_too_many_bytes_is_refused_wherever_they_are) {
  options_.page_bytes_max = 1 << 20;
  start();
  fill(20, 0);
  run("INSERT INTO posts (title, author) SELECT repeat('x', 100000), 1 + i % 20 FROM generate_series(1, 40) i");
  EXPECT_TRUE(list(with_posts(3, 1)));
  const auto page = list(with_posts(20, 20));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().reason, "page_too_large") << page.error().message;
  EXPECT_TRUE(list(with_posts(3, 1))) << "others are served on";
}

// To the byte, as in SQLite: whoever pages to the bound is not refused now and then.
TEST_F(PageReads, the_bound_of_bytes_is_exact) {
  options_.page_bytes_max = 10'000;
  start();
  run("INSERT INTO users (name) SELECT repeat('x', 2500) FROM generate_series(1, 5)");
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(list({.collection = &at("users"), .limit = 4}));
    EXPECT_EQ(list({.collection = &at("users"), .limit = 5}).error().reason, "page_too_large");
  }
}

TEST_F(PageReads, nothing_is_compiled_for_a_page) {
  start();
  run("ALTER TABLE users RENAME TO people; INSERT INTO people (name) VALUES ('a'); "
      "CREATE VIEW users AS SELECT id, current_setting('jit') AS name, email, age, _version FROM people");
  const auto page = list({.collection = &at("users")});
  ASSERT_TRUE(page) << page.error().message << page.error().detail;
  EXPECT_EQ(page->records.at(0).values.at(1), text("off"));
}

TEST_F(PageReads, more_embedded_records_than_may_be_are_refused) {
  start();
  fill(60, 1'000);
  const auto most = list(with_posts(50, 1'000));
  EXPECT_TRUE(most) << most.error().message << most.error().detail;
  const auto page = list(with_posts(60, 1'000));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, ErrorCode::too_large);
}

TEST_F(PageReads, a_read_that_fails_half_way_leaves_its_connection_as_it_was) {
  options_.list_connections = 1;
  start();
  fill(2, 2);
  EXPECT_TRUE(list(with_posts(2, 2)));
  run("ALTER TABLE posts RENAME TO letters");
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(list(with_posts(2, 2)));
  EXPECT_TRUE(list({.collection = &at("users")}));
  run("ALTER TABLE letters RENAME TO posts");
  EXPECT_TRUE(list(with_posts(2, 2)));
  EXPECT_EQ(run("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = "
                "'banyan lists' AND state <> 'idle'"),
            "0");
}

// Time limits are told to the server as they shrink: none may be left over for whoever asks next.
TEST_F(PageReads, a_list_that_was_held_up_leaves_nothing_before_the_next_one) {
  options_.list_connections = 1;
  start();
  fill(2, 2);
  for (const Counted counted : {Counted::no, Counted::exact}) {
    Connection other = other_program();
    ASSERT_TRUE(other.execute("BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE"));
    std::jthread release([&] {
      while (run("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'users'::regclass") != "1") {
      }
      const SteadyTime waits = clock_.steady();
      while (clock_.steady() - waits < std::chrono::milliseconds(300)) std::this_thread::yield();
      EXPECT_TRUE(other.execute("COMMIT"));
    });
    Query plain{.collection = &at("users")};
    plain.counted = counted;
    EXPECT_TRUE(list(std::move(plain), std::chrono::milliseconds(4'500)));
    const auto page = list(with_posts(2, 2));
    EXPECT_TRUE(page) << page.error().message << page.error().detail;
  }
}

}  // namespace
}  // namespace banyan::postgres
