// Many requests at once for what no cache has, to instances that share one.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "failure/postgres_stage.hpp"
#include "scenarios/http_client.hpp"
#include "scenarios/instances.hpp"
#include "scenarios/raw_connection.hpp"
#include "tests/servers/becomes_true.hpp"
#include "tests/servers/redis_server.hpp"

namespace banyan::scenarios {
namespace {

using testkit::becomes_true;

constexpr std::size_t instances = 3;
constexpr std::size_t connections = 240;  // each with some requests one after the other: files are scarce
constexpr std::size_t requests = 1'000;

const char* const notes = R"toml(
[log]
access = false
[collections.notes]
fields.text = { type = "text" }
access.read   = "anyone"
access.create = "anyone"
)toml";

std::size_t count_of(std::string_view part, std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// And keeps own copies, so that it is told of changes too.
bool uses_cache(const ServerProcess& server) {
  HttpClient client(server.port());
  return client.get("/notes/1").status == 200 && metric(client, "banyan_shared_cache_in_use ") == 1 &&
         metric(client, "banyan_cache_hits_total") > 0;
}

// The instances are asked by the log of the database, which knows nothing of what they say of themselves.
TEST(PostgresInstances, a_thousand_requests_for_one_record_that_no_cache_has_ask_the_database_once) {
  testkit::PostgresServer postgres({.more = {"log_statement=all"}});
  const testkit::RedisServer redis;
  const std::string url = postgres.make_database();
  const Instances servers =
      start_instances(instances, notes, {{"DATABASE_URL", url}, {"BANYAN_CACHE_URL", redis.url()}});
  HttpClient writer(servers.front()->port());
  ASSERT_EQ(writer.post("/notes", R"({"text":"one"})").status, 201);
  for (const auto& server : servers) ASSERT_TRUE(becomes_true([&] { return uses_cache(*server); })) << server->output();
  ASSERT_EQ(writer.post("/notes", R"({"text":"two"})").status, 201);
  const auto asked = [&] { return count_of("FROM \"notes\"", postgres.log()); };
  const std::size_t before = asked();

  std::vector<RawConnection> storm(connections);
  for (std::size_t i = 0; i < storm.size(); ++i) ASSERT_TRUE(storm[i].connect(servers[i % instances]->port()));
  for (std::size_t i = 0; i < requests; ++i)
    ASSERT_TRUE(storm[i % connections].send("GET /notes/2 HTTP/1.1\r\nHost: a\r\n\r\n"));
  std::size_t answered = 0;
  for (std::size_t i = 0; i < requests; ++i) {
    const auto response = storm[i % connections].read_response(std::chrono::seconds(30));
    if (response && response->status == 200) ++answered;
  }
  EXPECT_EQ(answered, requests);
  EXPECT_EQ(asked() - before, 1U);
}

}  // namespace
}  // namespace banyan::scenarios
