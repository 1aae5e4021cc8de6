#include "fleet/fixture.hpp"

// Who gets a request, on HAProxy and on nginx.
namespace banyan::fleet_tests {
namespace {

using config::Fleet;

class Balancing : public BalancerTest {
 protected:
  EchoServer& named(const std::string& name) { return *servers.at(static_cast<std::size_t>(name.front() - 'a')); }
};
INSTANTIATE_TEST_SUITE_P(On, Balancing, ::testing::Values(Kind::haproxy, Kind::nginx), name_of);

TEST_P(Balancing, gives_each_instance_its_turn) {
  add_servers({1, 1, 1});
  start();
  for (const auto& [name, count] : answered(300)) EXPECT_NEAR(count, 100, 5) << name;
}

TEST_P(Balancing, gives_each_instance_the_share_of_its_weight) {
  add_servers({1, 2, 5});
  start();
  const auto counts = answered(400);
  EXPECT_NEAR(counts.at("a"), 50, 5);
  EXPECT_NEAR(counts.at("b"), 100, 5);
  EXPECT_NEAR(counts.at("c"), 250, 5);
}

TEST_P(Balancing, by_ip_hash_keeps_an_address_with_its_instance_and_the_weights) {
  constexpr int addresses = 200;
  add_servers({1, 3});
  config.fleet.algorithm = Fleet::Algorithm::ip_hash;
  start();
  std::map<std::string, int> counts;
  for (int i = 0; i < addresses; ++i) {
    const std::string source = "127.0.0." + std::to_string(i + 2);
    const std::string first = server_of(HttpClient(port(), {source}).get("/x"));
    EXPECT_EQ(server_of(HttpClient(port(), {source}).get("/y")), first) << source;
    EXPECT_EQ(server_of(HttpClient(port(), {source}).post("/y", "{}")), first) << source;
    ++counts[first];
  }
  EXPECT_GT(counts["a"], addresses / 10);
  EXPECT_GT(counts["b"], counts["a"] + addresses / 5);
}

TEST_P(Balancing, by_least_connections_asks_whoever_has_the_fewest_open) {
  constexpr int held = 3;
  add_servers({1, 1});
  config.fleet.algorithm = Fleet::Algorithm::least_connections;
  start();
  // The first is held by one of them. What is asked meanwhile, one after another, is for the other.
  std::vector<std::thread> waiting;
  waiting.emplace_back([this] { HttpClient(port()).get("/hold"); });
  EXPECT_TRUE(becomes_true([&] { return servers[0]->held() + servers[1]->held() == 1; }));
  const std::string busy = servers[0]->held() == 1 ? "a" : "b";
  const auto counts = answered(50);
  EXPECT_FALSE(counts.contains(busy)) << "it had a request open, and the other none";
  // Of four that stay open, each has two.
  for (int i = 0; i < held; ++i) {
    waiting.emplace_back([this] { HttpClient(port()).get("/hold"); });
    EXPECT_TRUE(
        becomes_true([&] { return servers[0]->held() + servers[1]->held() == static_cast<std::size_t>(i) + 2; }));
  }
  EXPECT_EQ(servers[0]->held(), 2U);
  EXPECT_EQ(servers[1]->held(), 2U);
  for (const auto& server : servers) server->release();
  for (std::thread& thread : waiting) thread.join();
}

TEST_P(Balancing, by_cookie_keeps_a_client_with_its_instance) {
  add_servers({1, 1, 1});
  config.fleet.sticky_cookie = "route";
  start();
  std::map<std::string, int> counts;
  for (int client = 0; client < 30; ++client) {
    const Response first = HttpClient(port()).get("/x");
    const std::string given = first.header("set-cookie").value_or("");
    EXPECT_TRUE(given.starts_with("route=")) << given;
    for (const char* attribute : {"; path=/", "; HttpOnly", "; SameSite=Lax"})
      EXPECT_THAT(given, ::testing::AnyOf(::testing::HasSubstr(attribute), ::testing::HasSubstr("; Path=/")));
    const std::string name = server_of(first);
    ++counts[name];
    for (const char* method : {"GET", "POST", "GET", "PATCH", "DELETE"}) {
      const Response again = HttpClient(port()).send(
          {.method = method, .path = "/y", .headers = {{"Cookie", given.substr(0, given.find(';'))}}});
      EXPECT_EQ(server_of(again), name);
      EXPECT_EQ(again.header("set-cookie"), std::nullopt) << "it has one already";
      if (on_nginx()) continue;
      EXPECT_THAT(again.body, ::testing::Not(::testing::HasSubstr("route="))) << "it is for the balancer alone";
    }
  }
  EXPECT_EQ(counts.size(), 3U) << "new clients go to all of them";
}

TEST_P(Balancing, by_cookie_serves_the_clients_of_an_instance_that_is_gone) {
  add_servers({1, 1});
  config.fleet.sticky_cookie = "route";
  start();
  const Response first = HttpClient(port()).get("/x");
  const std::string given = first.header("set-cookie").value_or("");
  const std::string gone = server_of(first);
  named(gone).die();
  HttpClient client(port());
  for (int i = 0; i < 20; ++i) {
    const Response response = client.send({.path = "/y", .headers = {{"Cookie", given.substr(0, given.find(';'))}}});
    EXPECT_NE(server_of(response), gone);
  }
}

TEST_P(Balancing, goes_on_without_an_instance_that_died) {
  add_servers({1, 1, 1});
  start();
  answered(30);
  servers[1]->die();
  EXPECT_FALSE(answered(60).contains("b"));
}

using OnHaproxy = Balancing;
INSTANTIATE_TEST_SUITE_P(Checks, OnHaproxy, ::testing::Values(Kind::haproxy), name_of);

// An instance that says that it is not ready serves what it is given until it is given no more.
TEST_P(OnHaproxy, an_instance_that_is_not_ready_is_taken_out_and_brought_back_without_a_failed_request) {
  add_servers({1, 1});
  start();
  servers[0]->set_ready(false);
  EXPECT_TRUE(becomes_true([&] { return !answered(20).contains("a"); }));
  EXPECT_FALSE(answered(100).contains("a"));
  servers[0]->set_ready(true);
  EXPECT_TRUE(becomes_true([&] { return answered(20).contains("a"); }));
}

using OnNginx = Balancing;
INSTANTIATE_TEST_SUITE_P(Checks, OnNginx, ::testing::Values(Kind::nginx), name_of);

TEST_P(OnNginx, an_instance_whose_requests_fail_is_left_alone_for_a_while_and_no_read_fails) {
  add_servers({1, 1});
  start();
  answered(10);
  servers[0]->set_failing(true);
  EXPECT_FALSE(answered(20).contains("a")) << "reads that it refused went to the other";
  const std::size_t asked = servers[0]->asked();
  answered(50);
  EXPECT_EQ(servers[0]->asked(), asked);
  servers[0]->set_failing(false);
  EXPECT_TRUE(becomes_true([&] { return answered(20).contains("a"); })) << "it is tried again by itself";
  EXPECT_EQ(servers[0]->checked(), 0U) << "the open-source edition does not ask";
}

}  // namespace
}  // namespace banyan::fleet_tests
