#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <latch>
#include <memory>
#include <random>
#include <sstream>
#include <thread>
#include <vector>

#include "failure/load.hpp"
#include "failure/postgres_stage.hpp"
#include "scenarios/http_client.hpp"
#include "tests/servers/becomes_true.hpp"
#include "tests/servers/environment.hpp"

namespace banyan::scenarios {
namespace {

using std::chrono::milliseconds;
using testkit::becomes_true;
using testkit::Direction;

constexpr int writers = 4;
constexpr int readers = 2;
// What is promised: service within a second of the database.
constexpr milliseconds back_within{built_with_sanitizer() ? 10'000 : 1'000};
// What a frozen database holds up is answered then, long before the default. Failures show the log: only what matters.
const char* const short_requests = "[limits]\nrequest_timeout = \"1s\"\n[log]\naccess = false\n";

void expect_end(PostgresStage& stage, Ledger& ledger) {
  HttpClient client(stage.server.port());
  ledger.expect_kept(client);
  EXPECT_TRUE(becomes_true([&] { return stage.connections() <= PostgresStage::connections_max; }))
      << stage.connections() << " connections";
  EXPECT_EQ(stage.server.terminate(), 0) << stage.server.output();
  EXPECT_TRUE(becomes_true([&] { return stage.connections() == 0; })) << stage.connections() << " connections left";
}

TEST(PostgresFailure, killed_and_started_again_under_load_it_loses_nothing_and_serves_within_a_second) {
  const std::uint64_t rounds = testkit::number_from_environment("BANYAN_KILL_ROUNDS", 3);
  std::mt19937 random(testkit::printed_seed());
  PostgresStage stage(short_requests);
  stage.server.start();
  Ledger ledger;
  milliseconds longest{0};
  for (std::uint64_t round = 0; round < rounds; ++round) {
    Load load(stage.server.port(), ledger, writers, readers, static_cast<unsigned>(random()));
    ASSERT_TRUE(becomes_true([&] { return load.writes() > 50; }));
    // When it dies is what is random here, not what a result waits for.
    std::this_thread::sleep_for(milliseconds(random() % 300));
    stage.postgres.kill_9();
    EXPECT_TRUE(becomes_true([&] { return !stage.ready(); })) << "a dead database is told";
    stage.postgres.start();
    const milliseconds taken = stage.time_until_it_serves(ledger);
    EXPECT_LE(taken, back_within);
    longest = std::max(longest, taken);
    load.stop();
    HttpClient client(stage.server.port());
    ledger.expect_kept(client);
    ASSERT_FALSE(testing::Test::HasFailure()) << "round " << round << "\n" << stage.server.output();
  }
  std::cout << rounds << " kills, at most " << longest.count() << " ms until it served, " << ledger.entries()
            << " entries looked at\n";
  expect_end(stage, ledger);
}

TEST(PostgresFailure, shut_down_and_started_again_under_load_it_loses_nothing_and_serves_within_a_second) {
  PostgresStage stage(short_requests);
  stage.server.start();
  Ledger ledger;
  Load load(stage.server.port(), ledger, writers, readers, testkit::printed_seed());
  ASSERT_TRUE(becomes_true([&] { return load.writes() > 50; }));
  stage.postgres.stop();
  EXPECT_TRUE(becomes_true([&] { return !stage.ready(); }));
  stage.postgres.start();
  EXPECT_LE(stage.time_until_it_serves(ledger), back_within);
  load.stop();
  expect_end(stage, ledger);
}

void freeze_for(milliseconds time) {
  PostgresStage stage(short_requests);
  stage.server.start();
  Ledger ledger;
  Load load(stage.server.port(), ledger, writers, readers, testkit::printed_seed());
  ASSERT_TRUE(becomes_true([&] { return load.writes() > 50; }));
  stage.postgres.freeze();
  const auto thaw_at = std::chrono::steady_clock::now() + time;
  // Whoever asks meanwhile is answered in time all the same.
  Writer writer(stage.server.port(), ledger, "meanwhile", 0);
  while (std::chrono::steady_clock::now() < thaw_at) {
    const auto asked = std::chrono::steady_clock::now();
    EXPECT_NE(writer.create(), Outcome::done);
    EXPECT_TRUE(writer.answered());
    EXPECT_LE(std::chrono::steady_clock::now() - asked, milliseconds(built_with_sanitizer() ? 5'000 : 2'000));
    std::this_thread::sleep_for(milliseconds(10));
  }
  stage.postgres.thaw();
  const milliseconds taken = stage.time_until_it_serves(ledger);
  EXPECT_LE(taken, back_within);
  std::cout << taken.count() << " ms until it served\n";
  load.stop();
  expect_end(stage, ledger);
}

TEST(PostgresFailure, frozen_for_two_seconds_it_answers_in_time_loses_nothing_and_serves_within_a_second) {
  freeze_for(milliseconds(2'000));
}

TEST(PostgresFailureLong, frozen_for_ten_seconds_it_answers_in_time_loses_nothing_and_serves_within_a_second) {
  freeze_for(milliseconds(10'000));
}

// Every message has bytes of its own, so cutting after each n-th byte cuts within and between all of them.
void cut_after_every(std::uint64_t step) {
  PostgresStage stage(short_requests);
  stage.server.start();
  Ledger ledger;
  Writer writer(stage.server.port(), ledger, "cut", 0);
  int unknown = 0;
  std::uint64_t cuts = 0;
  for (const Direction direction : {Direction::to_server, Direction::to_client}) {
    ASSERT_TRUE(becomes_true([&] { return writer.create() == Outcome::done; }));
    for (std::uint64_t bytes = 1; bytes < 5'000; bytes += step, ++cuts) {
      const std::uint64_t before = stage.proxy.cuts();
      stage.proxy.cut_once_after(direction, bytes);
      unknown += writer.step() == Outcome::unknown ? 1 : 0;
      stage.proxy.cut_once_after(direction, 0);
      if (stage.proxy.cuts() == before) break;  // it needed fewer bytes
      ASSERT_TRUE(becomes_true([&] { return writer.step() == Outcome::done; })) << stage.server.output();
      ASSERT_FALSE(testing::Test::HasFailure()) << "cut after byte " << bytes << "\n" << stage.server.output();
    }
  }
  std::cout << cuts << " cuts, " << unknown << " unknown outcomes\n";
  EXPECT_GT(cuts, 2U);
  expect_end(stage, ledger);
}

TEST(PostgresFailure, cut_within_any_message_of_a_write_it_loses_nothing_and_doubles_nothing) { cut_after_every(7); }

TEST(PostgresFailureLong, cut_after_every_byte_of_a_write_it_loses_nothing_and_doubles_nothing) { cut_after_every(1); }

void cut_again_and_again(const std::string& settings) {
  const int rounds = 100;
  std::mt19937 random(testkit::printed_seed());
  PostgresStage stage(settings);
  stage.server.start();
  Ledger ledger;
  Load load(stage.server.port(), ledger, writers, readers, static_cast<unsigned>(random()));
  int most = 0;
  for (int round = 0; round < rounds; ++round) {
    const Direction direction = round % 2 == 0 ? Direction::to_server : Direction::to_client;
    const std::uint64_t before = stage.proxy.cuts();
    if (round % 10 == 9) stage.proxy.cut_all();
    stage.proxy.cut_once_after(direction, 1 + random() % 4'000);
    ASSERT_TRUE(becomes_true([&] { return stage.proxy.cuts() > before; })) << stage.server.output();
    most = std::max(most, stage.connections());
  }
  // Those that were cut may still be known to the server for a moment.
  EXPECT_LE(most, 3 * PostgresStage::connections_max);
  EXPECT_LE(stage.time_until_it_serves(ledger), back_within);
  load.stop();
  std::cout << load.writes() << " writes, " << load.reads() << " reads, at most " << most << " connections\n";
  expect_end(stage, ledger);
}

TEST(PostgresFailure, cut_again_and_again_under_load_it_loses_nothing_and_leaks_no_connection) {
  cut_again_and_again(short_requests);
}

TEST(PostgresFailure, cut_again_and_again_under_load_without_a_cache_it_loses_nothing_and_leaks_no_connection) {
  cut_again_and_again(std::string(short_requests) + "[cache]\nurl = \"off\"\n");
}

TEST(PostgresFailure, a_network_that_swallows_everything_is_told_in_time_and_its_end_is_noticed_within_a_second) {
  PostgresStage stage(short_requests);
  stage.server.start();
  Ledger ledger;
  Load load(stage.server.port(), ledger, writers, readers, testkit::printed_seed());
  ASSERT_TRUE(becomes_true([&] { return load.writes() > 50; }));
  stage.proxy.stall(true);
  const auto stalled = std::chrono::steady_clock::now();
  EXPECT_TRUE(becomes_true([&] { return !stage.ready(); }));
  std::cout << "told after " << (std::chrono::steady_clock::now() - stalled) / milliseconds(1) << " ms\n";
  stage.proxy.stall(false);
  EXPECT_LE(stage.time_until_it_serves(ledger), back_within);
  stage.proxy.refuse(true);
  stage.proxy.cut_all();
  EXPECT_TRUE(becomes_true([&] { return !stage.ready(); }));
  stage.proxy.refuse(false);
  EXPECT_LE(stage.time_until_it_serves(ledger), back_within);
  load.stop();
  expect_end(stage, ledger);
}

TEST(PostgresInstances, ten_that_start_at_once_on_an_empty_database_make_the_schema_once_and_all_serve) {
  constexpr int instances = 10;
  testkit::PostgresServer postgres({.more = {"log_statement=ddl"}});
  const std::string url = postgres.make_database();
  std::vector<std::unique_ptr<ServerProcess>> servers;
  for (int i = 0; i < instances; ++i)
    servers.push_back(std::make_unique<ServerProcess>(
        ServerSetup{.config = ledger_collection, .environment = {{"DATABASE_URL", url}}}));
  Ledger ledger;
  std::latch all_written(instances);
  std::latch all_checked(instances);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < instances; ++i)
      threads.emplace_back([&, i] {
        ServerProcess& server = *servers[static_cast<std::size_t>(i)];
        EXPECT_NO_THROW(server.start());
        Writer writer(server.port(), ledger, "instance" + std::to_string(i), static_cast<unsigned>(i));
        EXPECT_EQ(writer.create(), Outcome::done) << server.output();
        all_written.arrive_and_wait();
        HttpClient client(server.port());
        ledger.expect_kept(client);
        // A server dies with the thread that started it.
        all_checked.arrive_and_wait();
      });
  }
  std::istringstream log(postgres.log());
  int made = 0;
  for (std::string line; std::getline(log, line);)
    made += line.find("CREATE TABLE") != std::string::npos && line.find("entries") != std::string::npos ? 1 : 0;
  EXPECT_EQ(made, 1);
}

}  // namespace
}  // namespace banyan::scenarios
