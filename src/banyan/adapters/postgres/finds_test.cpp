#include <latch>
#include <optional>
#include <thread>
#include <utility>

#include "banyan/adapters/postgres/store_fixture.hpp"
#include "banyan/base/turn_executor.hpp"

namespace banyan::postgres {
namespace {

using contracts::number;
using contracts::text;

constexpr std::string_view label = "0190a5f0-0000-7000-8000-000000000001";
constexpr std::string_view no_label = "0190a5f0-0000-7000-8000-000000000002";

class FindsTest : public StoreTest {
 protected:
  using Wanted = std::vector<std::pair<std::string_view, Value>>;

  void SetUp() override {
    start();
    for (int i = 1; i <= 40; ++i) ASSERT_TRUE(apply({user("user " + std::to_string(i))}));
    ASSERT_TRUE(apply({contracts::create(at("posts"), {{"title", text("A post")}, {"author", number(1)}})}));
    run("INSERT INTO labels (id, word) VALUES ('" + std::string(label) + "', 'word')");
  }

  void stop() {
    store_->stop();
    while (
        run("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()") !=
        "0")
      std::this_thread::yield();
  }

  Task<void> ask(const Context& context, const RecordKey& key, std::optional<Result<Record>>& answer,
                 std::latch& left) {
    answer = co_await store_->find(context, key, Source::primary);
    left.count_down();
  }

  /// All in one turn.
  std::vector<Result<Record>> find_together(const Wanted& wanted) {
    TurnExecutor executor;
    Context context{executor, clock_, clock_.steady() + std::chrono::seconds(30)};
    std::vector<RecordKey> keys;
    for (const auto& [name, id] : wanted) keys.emplace_back(&at(name), id);
    std::vector<std::optional<Result<Record>>> answers(keys.size());
    std::latch left(static_cast<std::ptrdiff_t>(keys.size()));
    for (std::size_t i = 0; i < keys.size(); ++i) detach(ask(context, keys[i], answers[i], left));
    executor.end_turn();
    left.wait();
    std::vector<Result<Record>> results;
    for (auto& answer : answers) results.push_back(std::move(*answer));
    return results;
  }

  static std::string seen(const Result<Record>& found) {
    if (!found) return std::string(to_string(found.error().code));
    return std::get<std::string>(found->values[1]);
  }
  std::vector<std::string> seen_together(const Wanted& wanted) {
    std::vector<std::string> all;
    for (const Result<Record>& found : find_together(wanted)) all.push_back(seen(found));
    return all;
  }
};

TEST_F(FindsTest, each_of_many_gets_what_it_asked_for) {
  const Wanted wanted{{"users", number(7)},  {"posts", number(1)},
                      {"users", number(70)}, {"labels", text(std::string(label))},
                      {"users", number(40)}, {"labels", text(std::string(no_label))},
                      {"users", number(7)},  {"posts", number(2)},
                      {"users", number(-1)}, {"users", number(std::numeric_limits<std::int64_t>::max())},
                      {"users", number(4)}};
  const std::vector<std::string> expected{"user 7", "A post",    "not_found", "word",      "user 40", "not_found",
                                          "user 7", "not_found", "not_found", "not_found", "user 4"};
  EXPECT_EQ(seen_together(wanted), expected);
}

TEST_F(FindsTest, more_than_go_into_one_exchange_are_all_answered) {
  Wanted wanted;
  std::vector<std::string> expected;
  for (int i = 0; i < 1'000; ++i) {
    wanted.emplace_back("users", number(1 + i % 40));
    expected.push_back("user " + std::to_string(1 + i % 40));
  }
  EXPECT_EQ(seen_together(wanted), expected);
}

TEST_F(FindsTest, a_record_that_the_server_cannot_read_fails_alone) {
  run("CREATE FUNCTION unreadable() RETURNS text LANGUAGE plpgsql AS $$ BEGIN "
      "RAISE EXCEPTION 'missing chunk' USING ERRCODE = 'XX001'; END $$;"
      "ALTER TABLE users RENAME TO kept; CREATE VIEW users AS SELECT id, CASE WHEN id = 2 THEN unreadable() ELSE name "
      "END AS name, email, age, _version FROM kept");
  const std::vector<std::string> expected{"user 1", "internal", "user 3", "user 4", "A post"};
  EXPECT_EQ(seen_together({{"users", number(1)},
                           {"users", number(2)},
                           {"users", number(3)},
                           {"users", number(4)},
                           {"posts", number(1)}}),
            expected);
}

TEST_F(FindsTest, a_value_that_is_not_the_fields_fails_alone) {
  run("ALTER TABLE users ALTER COLUMN age TYPE numeric; UPDATE users SET age = 'NaN' WHERE id = 2");
  const auto found = find_together({{"users", number(1)}, {"users", number(2)}, {"users", number(3)}});
  EXPECT_EQ(seen(found[0]), "user 1");
  ASSERT_FALSE(found[1]);
  EXPECT_NE(found[1].error().detail.find("table users, id 2, column age"), std::string::npos)
      << found[1].error().detail;
  EXPECT_EQ(seen(found[2]), "user 3");
}

TEST_F(FindsTest, what_fails_for_all_fails_once_for_each) {
  run("DROP TABLE posts; ALTER TABLE users DROP COLUMN age");
  const auto found = find_together({{"users", number(1)}, {"users", number(2)}, {"users", number(3)}});
  for (const Result<Record>& one : found) {
    ASSERT_FALSE(one);
    EXPECT_NE(one.error().detail.find("age"), std::string::npos) << one.error().detail;
  }
}

TEST_F(FindsTest, rows_are_looked_up_by_key_in_a_table_of_any_size) {
  Wanted wanted;
  for (int i = 1; i <= 40; ++i) wanted.emplace_back("users", number(i));
  // To start takes scans too, and a session tells of its own when it ends.
  const auto scans = [&](int rounds) {
    stop();
    run("SELECT pg_stat_reset()");
    start();
    for (int i = 0; i < rounds; ++i) find_together(wanted);
    stop();
    return run("SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'users'");
  };
  // Of so small a table the server would rather read the whole.
  EXPECT_EQ(scans(20), scans(0));
}

}  // namespace
}  // namespace banyan::postgres
