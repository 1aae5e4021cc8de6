// Instances that read from standbys: what clients see, and what a promotion leaves of what they wrote.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <iostream>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "failure/load.hpp"
#include "failure/postgres_stage.hpp"
#include "scenarios/http_client.hpp"
#include "scenarios/instances.hpp"
#include "tests/servers/becomes_true.hpp"
#include "tests/servers/environment.hpp"
#include "tests/servers/redis_server.hpp"

namespace banyan::scenarios {
namespace {

using std::chrono::milliseconds;
using testkit::becomes_true;
using testkit::PostgresAddress;
using testkit::PostgresServer;

constexpr int records = 8;
constexpr int clients = 4;
/// Then another comes in its place, who has seen nothing: one that has written is ahead of all replicas from then on.
constexpr std::uint64_t operations_of_a_client = 20;

const char* const notes = R"toml(
[log]
access = false
[collections.notes]
fields.value = { type = "integer" }
access.read   = "anyone"
access.create = "anyone"
access.update = "anyone"
)toml";

/// Three instances on a primary and two standbys that are never as far as it: one is late, the other stands still.
class PostgresReplicas : public testing::Test {
 protected:
  void start(const std::string& cache_url = "off") {
    late_.run("postgres", "ALTER SYSTEM SET recovery_min_apply_delay = '200ms'");
    late_.run("postgres", "SELECT pg_reload_conf()");
    const std::string url = primary_.make_database();
    const std::string name = PostgresAddress::name_in(url);
    instances_ = start_instances(3, notes,
                                 {{"DATABASE_URL", url},
                                  {"BANYAN_DATABASE_REPLICAS", late_.url(name) + "," + paused_.url(name)},
                                  {"BANYAN_DATABASE_MAX_LAG", "1h"},
                                  {"BANYAN_CACHE_URL", cache_url}});
    HttpClient client(instances_.front()->port());
    for (int i = 0; i < records; ++i) ASSERT_EQ(client.post("/notes", "{\"value\":0}").status, 201);
    const auto has_all = [&](const PostgresServer& server) {
      return server.run(name, "SELECT count(*) FROM notes") == std::to_string(records);
    };
    ASSERT_TRUE(becomes_true([&] { return replicas_used() == 2 && has_all(late_) && has_all(paused_); }));
    paused_.run("postgres", "SELECT pg_wal_replay_pause()");
  }

  int replicas_used() {
    HttpClient client(instances_.front()->port());
    return static_cast<int>(metric(client, "banyan_replica_used"));
  }
  struct History {
    std::uint64_t violations = 0;  ///< A record older than the same client had seen or written it.
    std::uint64_t failures = 0;
  };
  double reads_from_replicas() {
    double sum = 0;
    for (const auto& instance : instances_) {
      HttpClient client(instance->port());
      sum += metric(client, "banyan_store_reads_total{source=\"replica\"}");
    }
    return sum;
  }
  /// One client after the other: every request to any instance; what it saw of each record.
  History run_client(bool with_token, std::uint64_t operations, std::uint64_t seed) {
    History history;
    std::mt19937 random(seed);
    std::vector<std::unique_ptr<HttpClient>> to;
    for (const auto& instance : instances_) to.push_back(std::make_unique<HttpClient>(instance->port()));
    std::string token;
    std::array<std::uint64_t, records + 1> seen{};
    for (std::uint64_t i = 0; i < operations; ++i) {
      if (i % operations_of_a_client == 0) token.clear(), seen.fill(0);
      const std::size_t id = 1 + random() % records;
      Request request{.path = "/notes/" + std::to_string(id)};
      if (random() % 4 == 0) request.method = "PATCH", request.body = "{\"value\":" + std::to_string(i) + "}";
      if (with_token && !token.empty()) request.headers.emplace_back("Banyan-Position", token);
      const Response response = to[random() % to.size()]->send(request);
      const auto tag = response.header("etag");
      if (response.status != 200 || !tag) {
        ++history.failures;
        continue;
      }
      token = response.header("banyan-position").value_or("");
      const std::uint64_t version = std::stoull(tag->substr(1));
      if (version < seen[id]) ++history.violations;
      seen[id] = std::max(seen[id], version);
    }
    return history;
  }

  History run_clients(bool with_token, std::uint64_t operations) {
    std::vector<History> all(clients);
    const std::uint64_t seed = testkit::printed_seed();
    {
      std::vector<std::jthread> threads;
      for (unsigned i = 0; i < clients; ++i)
        threads.emplace_back([&, i] { all[i] = run_client(with_token, operations / clients, seed + i); });
    }
    History sum;
    for (const History& one : all) sum.violations += one.violations, sum.failures += one.failures;
    return sum;
  }

  void expect_no_violation(std::uint64_t operations) {
    start();
    const History with = run_clients(true, operations);
    EXPECT_EQ(with.violations, 0U);
    EXPECT_EQ(with.failures, 0U);
    const double from_replicas = reads_from_replicas();
    EXPECT_GT(from_replicas, 0) << "replicas answered nothing";
    const History without = run_clients(false, std::min<std::uint64_t>(operations, 4'000));
    EXPECT_GT(without.violations, 0U) << "the checker finds nothing";
    EXPECT_EQ(without.failures, 0U);
    std::cout << operations << " operations with a token: " << with.violations << " violations, " << from_replicas
              << " reads from replicas; without a token " << without.violations << " violations\n";
  }

  PostgresServer primary_;
  PostgresServer late_{primary_, {.more = {"cluster_name=late"}}};
  PostgresServer paused_{primary_, {.more = {"cluster_name=paused"}}};
  Instances instances_;
};

TEST_F(PostgresReplicas, clients_with_a_token_see_nothing_older_than_they_saw_whichever_instance_answers) {
  expect_no_violation(testkit::number_from_environment("BANYAN_OPERATIONS", 4'000));
}

TEST_F(PostgresReplicas, clients_with_a_token_see_nothing_older_where_instances_share_a_cache_too) {
  testkit::RedisServer redis;
  start(redis.url());
  HttpClient client(instances_.front()->port());
  ASSERT_TRUE(becomes_true([&] {
    for (int i = 1; i <= records; ++i) client.get("/notes/" + std::to_string(i));
    return metric(client, "banyan_shared_cache_hits_total") > 0;
  }));
  const History history = run_clients(true, testkit::number_from_environment("BANYAN_OPERATIONS", 4'000));
  EXPECT_EQ(history.violations, 0U);
  EXPECT_EQ(history.failures, 0U);
}

class PostgresReplicasLong : public PostgresReplicas {};

TEST_F(PostgresReplicasLong, clients_with_a_token_see_nothing_older_than_they_saw_in_many_operations) {
  expect_no_violation(testkit::number_from_environment("BANYAN_OPERATIONS", 200'000));
}

TEST_F(PostgresReplicas, whose_token_is_forged_or_of_another_key_is_answered_and_gets_a_new_one) {
  start();
  HttpClient client(instances_.front()->port());
  const Response first = client.get("/notes/1");
  const std::string token = first.header("banyan-position").value_or("");
  ASSERT_FALSE(token.empty());
  std::string forged = token;
  forged[10] = forged[10] == 'A' ? 'B' : 'A';
  for (const std::string& brought : {forged, std::string("x"), std::string(4'000, 'A')}) {
    const Response response = client.send({.path = "/notes/1", .headers = {{"Banyan-Position", brought}}});
    EXPECT_EQ(response.status, 200) << response.body;
    const std::string given = response.header("banyan-position").value_or("");
    EXPECT_EQ(client.send({.path = "/notes/1", .headers = {{"Banyan-Position", given}}}).status, 200);
  }
  EXPECT_GE(metric(client, "banyan_store_fallbacks_total{reason=\"held\"}"), 3);
  for (const char* path : {"/notes?limit=1", "/notes/99", "/rest/v1/notes?limit=1", "/nothing"}) {
    const bool has = client.get(path).header("banyan-position").has_value();
    EXPECT_EQ(has, std::string_view(path) != "/nothing") << path;
  }
  const Response unchanged = client.send({.path = "/notes/1", .headers = {{"If-None-Match", *first.header("etag")}}});
  EXPECT_EQ(unchanged.status, 304);
  EXPECT_TRUE(unchanged.header("banyan-position"));
}

TEST(PostgresPromotion, by_hand_loses_nothing_that_was_acknowledged_and_needs_no_restart) {
  PostgresServer primary;
  PostgresServer standby(primary, {.more = {"cluster_name=east"}});
  primary.run("postgres", "ALTER SYSTEM SET synchronous_standby_names = 'FIRST 1 (east)'");
  primary.run("postgres", "SELECT pg_reload_conf()");
  ASSERT_TRUE(becomes_true([&] {
    return primary.run("postgres", "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "1";
  }));
  const std::string name = PostgresAddress::name_in(primary.make_database());
  std::string url = primary.url(name);
  url.replace(url.rfind('/'), 0, ",127.0.0.1:" + std::to_string(standby.address().port()));
  ServerProcess server(
      {.config = std::string("[limits]\nrequest_timeout = \"1s\"\n[log]\naccess = false\n") + ledger_collection,
       .environment = {{"DATABASE_URL", url}}});
  server.start();
  Ledger ledger;
  Load load(server.port(), ledger, 4, 0, testkit::printed_seed());
  ASSERT_TRUE(becomes_true([&] { return load.writes() > 200; }));
  primary.kill_9();
  HttpClient client(server.port());
  ASSERT_TRUE(becomes_true([&] { return client.get("/health/ready").status == 503; }));
  standby.promote();
  Writer writer(server.port(), ledger, "returned", 0);
  ASSERT_TRUE(becomes_true([&] { return writer.create() == Outcome::done; })) << server.output();
  load.stop();
  ledger.expect_kept(client);
  EXPECT_EQ(server.terminate(), 0) << server.output();
}

}  // namespace
}  // namespace banyan::scenarios
