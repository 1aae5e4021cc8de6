#include "banyan/adapters/postgres/positions.hpp"

#include <atomic>
#include <latch>
#include <thread>

#include "banyan/adapters/postgres/agreement.hpp"
#include "banyan/adapters/postgres/progress.hpp"
#include "banyan/adapters/postgres/store_fixture.hpp"
#include "banyan/base/turn_executor.hpp"
#include "tests/servers/postgres_server.hpp"

namespace banyan::postgres {
namespace {

using contracts::number;
using contracts::text;

/// A server that was made as they usually are.
constexpr std::uint64_t page = 8'192;
constexpr std::uint64_t file = 16 * 1'048'576;
constexpr ServerIdentity as_usual{.system = 1, .timeline = 1, .page_bytes = page, .file_bytes = file};

TEST(ParseLsn, takes_what_postgres_writes_and_nothing_else) {
  EXPECT_EQ(parse_lsn("16/B374D848"), 0x16B374D848U);
  EXPECT_EQ(parse_lsn("0/0"), 0U);
  EXPECT_EQ(parse_lsn("FFFFFFFF/FFFFFFFF"), ~std::uint64_t{0});
  for (const char* wrong : {"", "/", "1/", "/1", "1/2/3", "x/1", "1/x", "100000000/0", " 1/2", "12"})
    EXPECT_EQ(parse_lsn(wrong), std::nullopt) << wrong;
}

TEST(Covers, compares_within_one_timeline_of_one_database_only) {
  Position reached{.system = 7, .timeline = 2, .lsn = 100};
  EXPECT_TRUE(covers(reached, {}));
  EXPECT_TRUE(covers(reached, {.system = 7, .timeline = 2, .lsn = 100}));
  EXPECT_FALSE(covers(reached, {.system = 7, .timeline = 2, .lsn = 101}));
  EXPECT_FALSE(covers(reached, {.system = 7, .timeline = 1, .lsn = 50}));
  EXPECT_FALSE(covers(reached, {.system = 8, .timeline = 2, .lsn = 50}));
}

TEST(EndOfRecord, is_before_the_head_of_a_page_that_nothing_was_written_to_yet) {
  EXPECT_EQ(end_of_record(3 * page + 24, as_usual), 3 * page);
  EXPECT_EQ(end_of_record(3 * page + 32, as_usual), 3 * page + 32);
  EXPECT_EQ(end_of_record(2 * file + 40, as_usual), 2 * file);
  EXPECT_EQ(end_of_record(2 * file + 48, as_usual), 2 * file + 48);
  EXPECT_EQ(end_of_record(3 * page + 24, {}), 3 * page + 24);
}

TEST(Progress, tells_for_how_long_the_log_has_been_further) {
  using std::chrono::milliseconds;
  Progress progress(milliseconds(10'000));
  const SteadyTime start{std::chrono::hours(1)};
  EXPECT_EQ(progress.behind(0), Duration::zero());
  for (int i = 0; i <= 50; ++i) progress.note(start + milliseconds(200) * i, 1'000 + static_cast<std::uint64_t>(i));
  EXPECT_EQ(progress.behind(1'050), Duration::zero());
  EXPECT_EQ(progress.behind(1'049), Duration::zero());
  EXPECT_EQ(progress.behind(1'040), milliseconds(1'800));
  progress.note(start + milliseconds(30'000), 1'050);
  EXPECT_EQ(progress.behind(1'050), Duration::zero()) << "nothing has come since";
  EXPECT_GT(progress.behind(1'000), milliseconds(10'000));
  progress.forget();
  EXPECT_EQ(progress.behind(0), Duration::zero());
}

ServerIdentity identity_of(const testkit::PostgresServer& server) {
  Connection connection = std::move(Connection::open({.url = server.url()}, "test").value());
  return identity_from(connection.query(ask_primary_identity)->get());
}

TEST(IdentityOfServer, says_whether_its_timeline_may_have_begun_a_moment_ago) {
  testkit::PostgresServer primary;
  testkit::PostgresServer standby(primary, {.more = {"cluster_name=east"}});
  EXPECT_EQ(identity_of(primary).timeline, 1U);
  EXPECT_FALSE(identity_of(primary).new_timeline) << "nobody was before the first";
  primary.kill_9();
  const auto promoted = std::chrono::steady_clock::now();
  standby.promote();
  const ServerIdentity now = identity_of(standby);
  EXPECT_EQ(now.timeline, 2U);
  EXPECT_TRUE(now.new_timeline || std::chrono::steady_clock::now() - promoted > std::chrono::seconds(5));
  standby.run("postgres", "CHECKPOINT");
  const auto until = promoted + std::chrono::seconds(60);
  while (identity_of(standby).new_timeline && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_FALSE(identity_of(standby).new_timeline);
}

class PositionsTest : public StoreTest {
 protected:
  PositionsTest() { options_.positions = true; }

  /// How far whoever asks has seen with the answer.
  template <typename Ask>
  Position reached_by(Ask ask) {
    Context context{executor_, clock_, clock_.steady() + std::chrono::seconds(30)};
    EXPECT_TRUE(block_on(ask(context)));
    return context.reached;
  }
  Position reached_by_find() {
    const RecordKey key(&at("users"), number(1));
    return reached_by([&](const Context& context) { return store_->find(context, key, Source::primary); });
  }
  Position reached_by_write(Write write) {
    return reached_by([&](const Context& context) { return store_->apply(context, {{std::move(write)}}); });
  }
  /// The store, with one user, and a program whose commits are seen before they are written.
  Connection start_beside_a_program_that_does_not_wait() {
    run("ALTER DATABASE " + testkit::PostgresAddress::name_in(url_) + " SET synchronous_commit = off");
    start();
    EXPECT_TRUE(apply({user("Alice")}));
    return other_program();
  }
  /// Another program changes all users; where the log ends then.
  static std::uint64_t change_by(Connection& other) {
    EXPECT_TRUE(other.execute("UPDATE users SET age = coalesce(age, 0) + 1"));
    const auto asked = other.query("SELECT pg_current_wal_insert_lsn()");
    return end_of_record(parse_lsn(postgres::text(asked->get(), 0, 0)).value(), as_usual);
  }
  std::uint64_t log(const char* function) { return parse_lsn(run(std::string("SELECT ") + function)).value(); }

  Result<CacheAgreement::Reading> read_agreement(bool attended = false) {
    Context context{executor_, clock_, clock_.steady() + std::chrono::seconds(2)};
    return block_on(store_->cache_agreement()->read(context, attended));
  }
  Result<CacheAgreement::Reading> change_agreement(std::uint64_t view, bool on, std::string id) {
    Context context{executor_, clock_, clock_.steady() + std::chrono::seconds(2)};
    return block_on(store_->cache_agreement()->change(context, view, on, std::move(id)));
  }
};

TEST_F(PositionsTest, a_write_tells_a_place_in_the_log_behind_its_commit) {
  start();
  for (const bool alone : {false, true}) {
    const std::uint64_t before = log("pg_current_wal_insert_lsn()");
    std::vector<Write> writes{user("Alice")};
    if (alone) writes.push_back(user("Bob"));
    const Position reached =
        reached_by([&](const Context& context) { return store_->apply(context, WriteBatch{writes}); });
    EXPECT_GT(reached.lsn, before);
    EXPECT_LE(reached.lsn, log("pg_current_wal_flush_lsn()"));
    EXPECT_EQ(std::to_string(reached.system), run("SELECT system_identifier FROM pg_control_system()"));
    EXPECT_EQ(reached.timeline, 1U);
  }
}

TEST_F(PositionsTest, a_rehearsal_tells_a_place_behind_all_that_it_met) {
  Connection other = start_beside_a_program_that_does_not_wait();
  for (int i = 0; i < 20; ++i) {
    const std::uint64_t seen = change_by(other);
    WriteBatch batch;
    batch.writes.push_back(Write{.kind = Write::Kind::remove, .collection = &at("users"), .id = number(1)});
    batch.rehearsal = true;
    EXPECT_GE(reached_by([&](const Context& context) { return store_->apply(context, batch); }).lsn, seen);
  }
}

TEST_F(PositionsTest, a_read_tells_a_place_behind_all_that_it_saw) {
  Connection other = start_beside_a_program_that_does_not_wait();
  for (int i = 0; i < 20; ++i) {
    const std::uint64_t seen = change_by(other);
    EXPECT_GE(reached_by_find().lsn, seen);
    EXPECT_GE(reached_by([&](const Context& context) {
                return store_->list(context, {.collection = &at("users"), .filter = {}, .order = {}});
              }).lsn,
              seen);
    Query counted{.collection = &at("users"), .filter = {}, .order = {}};
    counted.counted = Counted::exact;
    EXPECT_GE(reached_by([&](const Context& context) { return store_->list(context, counted); }).lsn, seen);
  }
}

TEST_F(PositionsTest, sessions_wait_for_the_log_whatever_the_database_is_set_to) {
  const std::string name = testkit::PostgresAddress::name_in(url_);
  const auto shown = [&](const std::string& set, bool positions) {
    run("ALTER DATABASE " + name + " SET synchronous_commit = " + set);
    Options options = options_;
    options.positions = positions;
    Connection connection = std::move(Connection::open(options, "test").value());
    const auto asked = connection.query("SHOW synchronous_commit");
    return std::string(postgres::text(asked->get(), 0, 0));
  };
  EXPECT_EQ(shown("off", true), "on");
  EXPECT_EQ(shown("remote_apply", true), "remote_apply");
  EXPECT_EQ(shown("off", false), "off");
}

TEST_F(PositionsTest, without_them_nothing_is_asked_or_made) {
  options_.positions = false;
  start();
  EXPECT_EQ(store_->cache_agreement(), nullptr);
  EXPECT_TRUE(reached_by_write(user("Alice")).empty());
  EXPECT_TRUE(reached_by_find().empty());
  EXPECT_EQ(run("SELECT count(*) FROM pg_class WHERE relname = '_banyan_cache_use'"), "0");
  EXPECT_EQ(run("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%_lsn%' AND "
                "pid <> pg_backend_pid()"),
            "0");
}

TEST_F(PositionsTest, a_find_that_fails_leaves_those_that_shared_its_exchange_their_place) {
  start();
  ASSERT_TRUE(apply({user("Alice")}));
  run("ALTER TABLE posts DROP COLUMN title");
  TurnExecutor executor;
  Context context{executor, clock_, clock_.steady() + std::chrono::seconds(30)};
  Context other{executor, clock_, clock_.steady() + std::chrono::seconds(30)};
  const RecordKey user_key(&at("users"), number(1));
  const RecordKey post_key(&at("posts"), number(1));
  std::latch left(2);
  std::optional<Result<Record>> found;
  std::optional<Result<Record>> failed;
  const auto ask = [&](const Context& of, const RecordKey& key, std::optional<Result<Record>>& answer) -> Task<void> {
    answer = co_await store_->find(of, key, Source::primary);
    left.count_down();
  };
  detach(ask(context, user_key, found));
  detach(ask(other, post_key, failed));
  executor.end_turn();
  left.wait();
  EXPECT_TRUE(*found);
  EXPECT_FALSE(*failed);
  EXPECT_GT(context.reached.lsn, 0U);
}

TEST_F(PositionsTest, instances_agree_on_the_use_of_the_cache) {
  start();
  const auto first = read_agreement();
  ASSERT_TRUE(first) << first.error().message << first.error().detail;
  EXPECT_FALSE(first->use.on);
  EXPECT_GE(first->use.since, std::chrono::hours(1)) << "nobody has used it yet, so nobody waits";
  EXPECT_EQ(first->use.cache_id, "");
  EXPECT_GT(first->position.lsn, 0U);
  const auto changed = change_agreement(first->use.view, true, "cache 1");
  ASSERT_TRUE(changed) << changed.error().message << changed.error().detail;
  EXPECT_EQ(changed->use.view, first->use.view + 1);
  EXPECT_TRUE(changed->use.on);
  EXPECT_EQ(changed->use.cache_id, "cache 1");
  EXPECT_LT(changed->use.since, std::chrono::seconds(5));
  const auto late = change_agreement(first->use.view, false, "cache 2");
  ASSERT_TRUE(late) << late.error().message << late.error().detail;
  EXPECT_EQ(late->use.view, changed->use.view) << "somebody else was first";
  EXPECT_EQ(late->use.cache_id, "cache 1");
}

TEST_F(PositionsTest, databases_of_one_server_are_told_apart) {
  start();
  const auto here = read_agreement();
  ASSERT_TRUE(here) << here.error().message << here.error().detail;
  EXPECT_EQ(std::to_string(here->database >> 32),
            run("SELECT oid FROM pg_database WHERE datname = current_database()"));
  EXPECT_EQ(std::to_string(here->database & 0xffff'ffff), run("SELECT '_banyan_cache_use'::regclass::oid"));
}

TEST_F(PositionsTest, instances_note_that_they_reach_the_cache) {
  start();
  run("UPDATE _banyan_cache_use SET attended = now() - interval '1 hour'");
  const auto unnoted = read_agreement();
  ASSERT_TRUE(unnoted);
  EXPECT_GE(unnoted->use.unattended, std::chrono::hours(1));
  const auto noted = read_agreement(true);
  ASSERT_TRUE(noted) << noted.error().message << noted.error().detail;
  EXPECT_LT(noted->use.unattended, std::chrono::seconds(5));
  EXPECT_EQ(noted->use.view, unnoted->use.view);
  run("UPDATE _banyan_cache_use SET attended = now() - interval '1 hour'");
  EXPECT_LT(change_agreement(noted->use.view, true, "cache 1")->use.unattended, std::chrono::seconds(5));
  const std::string written = run("SELECT xmin FROM _banyan_cache_use");
  EXPECT_TRUE(read_agreement(true));
  EXPECT_EQ(run("SELECT xmin FROM _banyan_cache_use"), written) << "many write no more often than one";
}

TEST_F(PositionsTest, of_many_that_change_the_agreement_at_once_one_is_first) {
  start();
  const auto before = read_agreement();
  ASSERT_TRUE(before);
  std::atomic<int> won = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&, i] {
        const auto after = change_agreement(before->use.view, true, std::to_string(i));
        if (after && after->use.cache_id == std::to_string(i)) ++won;
      });
  }
  EXPECT_EQ(won, 1);
  EXPECT_EQ(read_agreement()->use.view, before->use.view + 1);
}

TEST_F(PositionsTest, a_write_tells_whether_the_cache_was_in_use_after_its_commit) {
  start();
  ASSERT_TRUE(change_agreement(read_agreement()->use.view, true, "cache 1"));
  const auto shared = apply({user("Alice")});
  const auto alone = apply({user("Alice"), user("Bob")});
  for (const auto* applied : {&shared, &alone}) {
    ASSERT_TRUE(*applied);
    ASSERT_TRUE((*applied)->cache_use);
    EXPECT_EQ((*applied)->cache_use->view, 1U);
    EXPECT_TRUE((*applied)->cache_use->on);
    EXPECT_EQ((*applied)->cache_use->cache_id, "cache 1");
  }
}

TEST_F(PositionsTest, the_agreement_waits_behind_nothing) {
  start();
  ASSERT_TRUE(apply({user("Alice")}));
  Connection other = other_program();
  ASSERT_TRUE(other.execute("BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE"));
  std::vector<std::jthread> threads;
  for (int i = 0; i < 12; ++i)
    threads.emplace_back([&, i] {
      if (i % 2 == 0)
        (void)apply({user("Bob"), user("Bob")}, std::chrono::seconds(20));
      else
        (void)list({.collection = &at("users"), .filter = {}, .order = {}}, std::chrono::seconds(20));
    });
  while (std::stoi(run("SELECT count(*) FROM pg_locks WHERE NOT granted")) < 8) std::this_thread::yield();
  EXPECT_TRUE(read_agreement());
  EXPECT_TRUE(change_agreement(1, true, "cache 1"));
  ASSERT_TRUE(other.execute("COMMIT"));
}

TEST_F(PositionsTest, the_agreement_is_not_told_by_who_cannot_write) {
  start();
  ASSERT_TRUE(read_agreement());
  run("ALTER DATABASE " + testkit::PostgresAddress::name_in(url_) + " SET default_transaction_read_only = on");
  run("SET default_transaction_read_only = off; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
      "current_database() AND pid <> pg_backend_pid()");
  const auto reading = read_agreement();
  ASSERT_FALSE(reading);
  EXPECT_EQ(reading.error().code, ErrorCode::unavailable) << reading.error().message << reading.error().detail;
}

}  // namespace
}  // namespace banyan::postgres
