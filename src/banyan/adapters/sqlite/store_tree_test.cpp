// Trees of records, and writes that filters decide: what only this store promises of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "banyan/adapters/sqlite/dialect.hpp"
#include "banyan/adapters/sqlite/store_fixture.hpp"
#include "banyan/sql/pages.hpp"

namespace banyan::sqlite {
namespace {

using namespace testkit;  // NOLINT: the words of these tests
using ::testing::HasSubstr;

/// Counts the statements of every connection that is opened while it lives.
class StatementCounter {
 public:
  StatementCounter() { sqlite3_auto_extension(entry()); }
  StatementCounter(const StatementCounter&) = delete;
  StatementCounter& operator=(const StatementCounter&) = delete;
  ~StatementCounter() { sqlite3_cancel_auto_extension(entry()); }
  static int take() { return count.exchange(0); }

 private:
  using Entry = void (*)();
  static int watch(sqlite3* database, char**, const void*) {
    const auto add = [](unsigned, void*, void*, void*) { return ++count, 0; };
    return sqlite3_trace_v2(database, SQLITE_TRACE_STMT, add, nullptr);
  }
  static Entry entry() { return reinterpret_cast<Entry>(watch); }  // NOLINT: as SQLite wants it
  static inline std::atomic<int> count = 0;
};

class StoreTreeTest : public StoreTest {
 protected:
  Relation relation(std::string_view from, std::size_t place) {
    return relations_of(*opened.schema, opened.at(from))[place];
  }
  Query users_with_posts(std::uint32_t limit = 20) {
    Query query{.collection = &opened.at("users")};
    query.embeds.push_back(
        {.relation = relation("users", 0), .query = {.collection = &opened.at("posts"), .limit = limit}});
    return query;
  }
  void make_users_with_posts(int users, int posts) {
    for (int i = 0; i < users; ++i) {
      const Value id = opened.apply({user("user")})->changes.front().key.id;
      std::vector<Write> writes;
      for (int n = 0; n < posts; ++n)
        writes.push_back(opened.create("posts", {{"title", text(std::string(100, 'x'))}, {"author", id}}));
      ASSERT_TRUE(opened.apply(std::move(writes)));
    }
  }
  Write all_users(Write::Kind kind) {
    Write write{.kind = kind, .collection = &opened.at("users")};
    if (kind == Write::Kind::update_matches) write.changes = {{3, number(7)}};
    return write;
  }
  std::string plan(const Embed& embed, std::size_t rows_max = 1'000) {
    const std::vector<Value> keys{number(1), number(2)};
    const auto made = sql::select_embedded(dialect, *opened.schema, embed, keys, rows_max);
    return RawDatabase(opened.options.file).ask("EXPLAIN QUERY PLAN " + made->text);
  }
};

TEST_F(StoreTreeTest, what_belongs_to_records_is_found_by_the_index_of_the_reference) {
  const Query query = users_with_posts();
  EXPECT_THAT(plan(query.embeds.front()), HasSubstr("INDEX posts.author.index (author=?)"));
  EXPECT_THAT(plan(query.embeds.front()), HasSubstr("USING INTEGER PRIMARY KEY")) << "the rows by their ids";
  EXPECT_THAT(plan(query.embeds.front(), 10), HasSubstr("USING INDEX posts.author.index (author=?)")) << "all at once";
  const Embed author{.relation = relation("posts", 0), .query = {.collection = &opened.at("users")}};
  EXPECT_THAT(plan(author), HasSubstr("USING INTEGER PRIMARY KEY"));
}

TEST_F(StoreTreeTest, a_tree_takes_as_many_statements_however_many_records_there_are) {
  opened.store.reset();
  const StatementCounter counter;
  ASSERT_TRUE(opened.start());
  for (const int users : {2, 40}) {
    make_users_with_posts(users, 5);
    StatementCounter::take();
    const auto page = opened.list(users_with_posts());
    ASSERT_TRUE(page);
    EXPECT_EQ(StatementCounter::take(), 4) << "BEGIN, the page, what belongs to it, COMMIT";
    EXPECT_EQ(page->embeds.front().page.records.size(), 5 * page->records.size());
  }
}

TEST_F(StoreTreeTest, all_that_match_go_with_as_many_statements_however_many_they_are) {
  opened.store.reset();
  const StatementCounter counter;
  ASSERT_TRUE(opened.start());
  std::vector<int> counts;
  for (const int users : {2, 2, 40}) {
    make_users_with_posts(users, 3);
    StatementCounter::take();
    ASSERT_TRUE(opened.apply({all_users(Write::Kind::update_matches)}));
    const auto removed = opened.apply({all_users(Write::Kind::remove_matches)});
    ASSERT_TRUE(removed);
    EXPECT_EQ(removed->counts, std::vector<std::size_t>{static_cast<std::size_t>(users)});
    EXPECT_EQ(removed->changes.size(), static_cast<std::size_t>(4 * users)) << "the posts too";
    counts.push_back(StatementCounter::take());
  }
  EXPECT_EQ(counts[1], counts[2]);
}

TEST_F(StoreTreeTest, the_bytes_of_a_page_are_those_of_all_that_belongs_to_it) {
  make_users_with_posts(4, 20);
  const auto file = opened.options.file;
  opened.store.reset();
  opened.options.page_bytes_max = 5'000;
  ASSERT_TRUE(opened.start());
  const auto page = opened.list(users_with_posts());
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().reason, "page_too_large");
  EXPECT_TRUE(opened.list(users_with_posts(5))) << "100 bytes each";
}

TEST_F(StoreTreeTest, a_tree_ends_at_its_deadline_and_leaves_no_transaction_behind) {
  make_users_with_posts(10, 50);
  Query slow = users_with_posts();
  slow.embeds.front().query.filter = Filter::compare(1, CompareOp::ilike, {text("%a%b%c%d%e%f")});
  const ManualClock late;
  Context context{opened.executor, late, late.steady() - std::chrono::seconds(1)};
  EXPECT_EQ(block_on(opened.store->list(context, slow)).error().code, ErrorCode::deadline_exceeded);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(opened.list(users_with_posts())) << "on whichever reader";
}

TEST_F(StoreTreeTest, writes_of_all_that_match_share_no_commit) {
  const Histogram::Snapshot before = commits();
  std::vector<std::vector<Write>> requests;
  for (int i = 0; i < 3; ++i) {
    requests.push_back({user("before")});
    requests.push_back({all_users(Write::Kind::update_matches)});
  }
  for (const auto& one : together(std::move(requests))) EXPECT_TRUE(*one.result);
  EXPECT_EQ(commits().total - before.total, 7U) << "of the first one, and of each that came behind it";
}

TEST_F(StoreTreeTest, a_rehearsal_answers_what_would_be_and_keeps_nothing) {
  make_users_with_posts(3, 2);
  Context context{opened.executor, opened.clock, opened.clock.steady() + std::chrono::seconds(30)};
  WriteBatch batch{.writes = {all_users(Write::Kind::remove_matches)}, .rehearsal = true};
  const auto would_be = block_on(opened.store->apply(context, std::move(batch)));
  ASSERT_TRUE(would_be);
  EXPECT_EQ(would_be->changes.size(), 9U);
  EXPECT_TRUE(would_be->changes.front().before);
  EXPECT_EQ(RawDatabase(opened.options.file).ask("SELECT count(*) FROM posts"), "6\n");
}

}  // namespace
}  // namespace banyan::sqlite
