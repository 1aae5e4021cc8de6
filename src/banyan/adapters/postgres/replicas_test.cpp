// Reads from standbys of a real primary.
#include "banyan/adapters/postgres/replicas.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "banyan/adapters/postgres/store.hpp"
#include "tests/contracts/blog.hpp"
#include "tests/servers/becomes_true.hpp"
#include "tests/servers/postgres_server.hpp"

namespace banyan::postgres {
namespace {

using contracts::number;
using contracts::text;
using std::chrono::milliseconds;
using testkit::becomes_true;
using testkit::PostgresAddress;
using testkit::PostgresServer;

/// A primary with two standbys, and a store that reads from all of them.
class ReplicasTest : public testing::Test {
 protected:
  void start(milliseconds max_lag = milliseconds(10'000)) {
    options_.positions = true;
    options_.replicas = {first_.url(name_), second_.url(name_)};
    options_.max_lag = max_lag;
    auto opened = Store::open(options_, {*schema_, clock_, log_, metrics_});
    ASSERT_TRUE(opened) << opened.error().message << opened.error().detail;
    store_ = std::move(*opened);
    const auto plan = store_->plan();
    ASSERT_TRUE(plan);
    for (const auto& done : {store_->apply_additive(*plan), store_->start()})
      ASSERT_TRUE(done) << done.error().message << done.error().detail;
    ASSERT_TRUE(write("Alice"));
    ASSERT_TRUE(becomes_true([&] { return used(first_) && used(second_); }));
  }

  const Collection& users() const { return *schema_->find("users"); }
  std::string replica_name(const PostgresServer& server) const { return describe(server.url(name_)); }
  bool used(const PostgresServer& server) {
    return metrics_.gauge("banyan_replica_used", "", {{"replica", replica_name(server)}}).value() == 1;
  }
  std::uint64_t reads(const char* source) {
    return metrics_.counter("banyan_store_reads_total", "", {{"source", source}}).value();
  }
  std::uint64_t fallbacks(const char* reason) {
    return metrics_.counter("banyan_store_fallbacks_total", "", {{"reason", reason}}).value();
  }

  /// Gives the only user a name; how far the writer has seen then.
  std::optional<Position> write(std::string name) {
    Context context{executor_, clock_, clock_.steady() + std::chrono::seconds(20)};
    Write write = contracts::create(users(), {{"name", Value(name)}});
    if (std::exchange(made_, true)) write = contracts::update(users(), number(1), {{"name", Value(name)}});
    const auto applied = block_on(store_->apply(context, {{std::move(write)}}));
    if (!applied) return std::nullopt;
    return context.reached;
  }

  struct Seen {
    std::string name;  ///< Or the error.
    Position reached;
    bool by_replica = false;
  };
  /// What one sees who has seen that much.
  Seen read(const Position& position = {}, milliseconds patience = std::chrono::seconds(20)) {
    Context context{executor_, clock_, clock_.steady() + patience};
    context.position = context.reached = position;
    const std::uint64_t before = reads("replica");
    const RecordKey key(&users(), number(1));
    const auto found = block_on(store_->find(context, key, Source::any));
    Seen seen{.name = found ? std::get<std::string>(found->values[1]) : std::string(to_string(found.error().code)),
              .reached = context.reached};
    seen.by_replica = reads("replica") > before;
    return seen;
  }
  Seen list(const Position& position = {}, bool counted = false) {
    Context context{executor_, clock_, clock_.steady() + std::chrono::seconds(20)};
    context.position = context.reached = position;
    const std::uint64_t before = reads("replica");
    Query query{.collection = &users(), .filter = {}, .order = {}};
    if (counted) query.counted = Counted::exact;
    const auto page = block_on(store_->list(context, std::move(query)));
    Seen seen{.name = page ? std::get<std::string>(page->records.front().values[1])
                           : std::string(to_string(page.error().code)),
              .reached = context.reached};
    seen.by_replica = reads("replica") > before;
    return seen;
  }
  void set_on_replicas(const std::string& name, const std::string& value) {
    for (const PostgresServer* server : {&first_, &second_}) {
      server->run("postgres", "ALTER SYSTEM SET " + name + " = '" + value + "'");
      server->run("postgres", "SELECT pg_reload_conf()");
      ASSERT_TRUE(becomes_true([&] { return server->run("postgres", "SHOW " + name) == value; }));
    }
  }
  /// Until a replica answers it; what it saw.
  Seen read_from_a_replica(const Position& position) {
    Seen seen;
    EXPECT_TRUE(becomes_true([&] { return (seen = read(position)).by_replica; }));
    return seen;
  }

  std::unique_ptr<Schema> schema_ = contracts::blog();
  SystemClock clock_;
  NullLog log_;
  UnseenMetrics metrics_;
  InlineExecutor executor_;
  PostgresServer primary_;
  PostgresServer first_{primary_, {.more = {"cluster_name=east"}}};
  PostgresServer second_{primary_, {.more = {"cluster_name=west"}}};
  std::string url_ = primary_.make_database();
  std::string name_ = PostgresAddress::name_in(url_);
  Options options_{.url = url_};
  bool made_ = false;
  std::unique_ptr<Store> store_;
};

TEST_F(ReplicasTest, a_reader_sees_what_it_wrote_and_whatever_it_saw_before) {
  start();
  Position seen;
  for (int i = 0; i < 300; ++i) {
    const std::string name = "user " + std::to_string(i);
    const auto written = write(name);
    ASSERT_TRUE(written);
    seen.fold(*written);
    for (const Seen& by : {read(seen), list(seen), list(seen, true)}) {
      EXPECT_EQ(by.name, name);
      EXPECT_GE(by.reached.lsn, seen.lsn);
      EXPECT_EQ(by.reached.timeline, 1U);
      seen.fold(by.reached);
    }
  }
  EXPECT_GT(reads("replica"), 300U) << "most are answered after a short wait at most";
  EXPECT_TRUE(list({}, true).by_replica);
}

TEST_F(ReplicasTest, a_paused_one_answers_none_who_has_seen_more_and_goes_on_when_it_has_caught_up) {
  start(milliseconds(1'500));
  const Position before = *write("Alice");
  read_from_a_replica(before);
  for (PostgresServer* server : {&first_, &second_}) server->run("postgres", "SELECT pg_wal_replay_pause()");
  ASSERT_TRUE(becomes_true([&] {
    return first_.run("postgres", "SELECT pg_get_wal_replay_pause_state()") == "paused" &&
           second_.run("postgres", "SELECT pg_get_wal_replay_pause_state()") == "paused";
  }));
  const Position after = *write("Bob");
  const std::uint64_t behind = fallbacks("behind");
  EXPECT_EQ(read(after).name, "Bob");
  EXPECT_EQ(list(after).name, "Bob");
  EXPECT_EQ(list(after, true).name, "Bob");
  EXPECT_EQ(fallbacks("behind"), behind + 3);
  const Seen old = read(before);
  EXPECT_TRUE(old.by_replica) << "for who has not seen more it is good enough";
  EXPECT_EQ(old.name, "Alice");

  second_.run("postgres", "SELECT pg_wal_replay_resume()");
  EXPECT_EQ(read_from_a_replica(after).name, "Bob");
  ASSERT_TRUE(becomes_true([&] {
    write("Bob");
    return !used(first_);
  })) << "it lags too much";
  EXPECT_TRUE(used(second_));
  first_.run("postgres", "SELECT pg_wal_replay_resume()");
  EXPECT_TRUE(becomes_true([&] { return used(first_); }));
}

TEST_F(ReplicasTest, one_that_delays_what_it_replays_is_not_waited_for) {
  start(milliseconds(60'000));
  set_on_replicas("recovery_min_apply_delay", "30s");
  write("Bob");
  // Until it shows that they are behind.
  const std::string name = replica_name(first_);
  ASSERT_TRUE(
      becomes_true([&] { return metrics_.gauge("banyan_replica_lag_bytes", "", {{"replica", name}}).value() > 0; }));
  const Position after = *write("Carol");
  EXPECT_EQ(read(after).name, "Carol");
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(read(after).name, "Carol");
  EXPECT_LT(std::chrono::steady_clock::now() - began, milliseconds(20 * 50)) << "each waited its whole patience";
}

TEST_F(ReplicasTest, a_reader_that_runs_out_of_time_does_not_keep_others_from_waiting) {
  start();
  Position ahead = *write("Bob");
  ahead.lsn += std::uint64_t{1} << 30;
  // Where the replicas happen to be behind just then, nobody waits.
  EXPECT_TRUE(becomes_true([&] {
    if (read(ahead, milliseconds(10)).name != "deadline_exceeded") return false;
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(read(ahead).name, "Bob");
    return std::chrono::steady_clock::now() - began >= milliseconds(50);
  }));
}

TEST_F(ReplicasTest, a_read_that_a_replica_cancels_for_what_it_has_to_replay_is_answered_by_the_primary) {
  start(milliseconds(60'000));
  primary_.run(name_, "INSERT INTO users (name) SELECT 'another' FROM generate_series(1, 20000)");
  set_on_replicas("max_standby_streaming_delay", "0");
  const auto conflicts = [&] {
    const char* const asked = "SELECT confl_lock FROM pg_stat_database_conflicts WHERE datname = current_database()";
    return std::stoi(first_.run(name_, asked)) + std::stoi(second_.run(name_, asked));
  };
  std::vector<std::jthread> readers;
  for (const bool counted : {false, true, false, true})
    readers.emplace_back([&, counted](const std::stop_token& stop) {
      while (!stop.stop_requested()) EXPECT_EQ(list({}, counted).name, "Alice");
    });
  EXPECT_TRUE(becomes_true([&] {
    primary_.run(name_, "BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE; COMMIT");
    return conflicts() > 2 && fallbacks("failed") > 2;
  }));
}

TEST_F(ReplicasTest, a_read_does_not_wait_for_a_lock_that_only_a_replica_still_has) {
  start(milliseconds(60'000));
  set_on_replicas("recovery_min_apply_delay", "1h");
  // What ends it is held back, and the lock is not.
  primary_.run(name_, "BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE; COMMIT");
  for (const PostgresServer* server : {&first_, &second_})
    ASSERT_TRUE(becomes_true([&] {
      return server->run(name_,
                         "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND "
                         "relation = 'users'::regclass") == "1";
    }));
  for (const Seen& seen : {read(), list(), list({}, true)}) {
    EXPECT_EQ(seen.name, "Alice");
    EXPECT_FALSE(seen.by_replica);
  }
  EXPECT_GE(fallbacks("failed"), 3U);
}

TEST_F(ReplicasTest, those_that_die_or_freeze_are_left_out_and_come_back) {
  start();
  const Position seen = *write("Alice");
  first_.kill_9();
  for (int i = 0; i < 50; ++i) EXPECT_EQ(read(seen).name, "Alice");
  ASSERT_TRUE(becomes_true([&] { return !used(first_); }));
  EXPECT_TRUE(read_from_a_replica(seen).by_replica);
  second_.freeze();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(read(seen, std::chrono::seconds(10)).name, "Alice");
  ASSERT_TRUE(becomes_true([&] { return !used(second_); }));
  EXPECT_EQ(store_->unready_reason(), std::nullopt);
  second_.thaw();
  first_.start();
  EXPECT_TRUE(becomes_true([&] { return used(first_) && used(second_); }));
  EXPECT_EQ(read_from_a_replica(seen).name, "Alice");
}

TEST_F(ReplicasTest, who_may_be_answered_by_the_primary_only_is) {
  start();
  Position held = *write("Alice");
  read_from_a_replica(held);
  held.hold_until = clock_.wall() + 60'000'000;
  EXPECT_FALSE(read(held).by_replica);
  EXPECT_EQ(fallbacks("held"), 1U);
  held.hold_until = clock_.wall() - 1;
  read_from_a_replica(held);
  Position of_another = held;
  of_another.timeline = 7;
  EXPECT_FALSE(read(of_another).by_replica);
  EXPECT_EQ(read(of_another).reached.timeline, 1U) << "it goes on with the timeline that counts";
  of_another = held;
  ++of_another.system;
  EXPECT_FALSE(read(of_another).by_replica);
  EXPECT_EQ(read(of_another).reached.system, held.system);
}

TEST_F(ReplicasTest, they_go_on_without_the_primary_and_with_the_one_that_is_promoted) {
  primary_.run("postgres", "ALTER SYSTEM SET synchronous_standby_names = 'FIRST 1 (east)'");
  primary_.run("postgres", "SELECT pg_reload_conf()");
  options_.url = "postgres://" + std::string(PostgresAddress::user) + ":" +
                 std::string(PostgresAddress::encoded_password) +
                 "@127.0.0.1:" + std::to_string(primary_.address().port()) +
                 ",127.0.0.1:" + std::to_string(first_.address().port()) + "/" + name_;
  start(std::chrono::hours(1));  // so that lag puts none out
  ASSERT_TRUE(becomes_true([&] {
    return primary_.run("postgres", "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "1";
  }));
  Position seen = *write("Alice");
  // One keeps what is on the first timeline and can never follow.
  second_.run("postgres", "SELECT pg_wal_replay_pause()");
  ASSERT_TRUE(
      becomes_true([&] { return (seen = read_from_a_replica(seen).reached).lsn > 0 && read(seen).by_replica; }));
  std::atomic<int> acknowledged = 0;
  std::jthread writer([&](const std::stop_token& stop) {
    while (!stop.stop_requested() && write("user " + std::to_string(acknowledged + 1))) ++acknowledged;
  });
  ASSERT_TRUE(becomes_true([&] { return acknowledged > 50; }));
  primary_.kill_9();
  writer.join();
  ASSERT_TRUE(becomes_true([&] { return store_->unready_reason().has_value(); }));
  EXPECT_NE(store_->unready_reason()->find("replicas answer reads"), std::string::npos) << *store_->unready_reason();
  EXPECT_TRUE(read_from_a_replica(seen).by_replica);

  first_.promote();
  ASSERT_TRUE(becomes_true([&] { return !store_->unready_reason(); })) << "it comes back by itself";
  Seen now;
  ASSERT_TRUE(becomes_true([&] { return (now = read(seen)).name.starts_with("user "); })) << now.name;
  EXPECT_EQ(now.reached.timeline, 2U);
  EXPECT_GE(std::stoi(now.name.substr(5)), acknowledged) << "an acknowledged write is lost";
  EXPECT_TRUE(becomes_true([&] { return !used(first_) && !used(second_); })) << "one is the primary, one left behind";
  const auto written = write("Bob");
  ASSERT_TRUE(written);
  EXPECT_EQ(read(*written).name, "Bob");
  second_.run("postgres", "SELECT pg_wal_replay_resume()");
  second_.follow(first_);
  ASSERT_TRUE(becomes_true([&] { return used(second_); })) << "it follows the new primary";
  EXPECT_EQ(read_from_a_replica(*written).name, "Bob");
}

}  // namespace
}  // namespace banyan::postgres
