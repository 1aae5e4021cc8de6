#include <gtest/gtest.h>

#include "fleet/balancer.hpp"
#include "scenarios/child_process.hpp"
#include "scenarios/http_client.hpp"
#include "scenarios/instances.hpp"
#include "scenarios/server_process.hpp"
#include "tests/servers/becomes_true.hpp"
#include "tests/servers/loopback.hpp"
#include "tests/servers/redis_server.hpp"
#include "tests/servers/shared_postgres.hpp"

#include <unistd.h>

#include <csignal>
#include <thread>

// The examples of the guide that Banyan was made after, word for word but for the ports.
namespace banyan::fleet_tests {
namespace {

using scenarios::HttpClient;

const std::filesystem::path source_folder = BANYAN_SOURCE_FOLDER;

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

/// `PORT=3000 banyan serve` of the example in the repository.
class Instance {
 public:
  Instance(std::uint16_t port, const std::string& database, const std::string& redis = "") {
    scenarios::ChildSetup child;
    child.command = {scenarios::banyan_binary().string(), "serve", source_folder / "examples/users/banyan.toml"};
    child.environment = {{"PATH", "/usr/bin:/bin"},
                         {"PORT", std::to_string(port)},
                         {"DATABASE_URL", database},
                         {"BANYAN_SERVICE_KEY", scenarios::ServerProcess::service_key}};
    if (!redis.empty()) child.environment["REDIS_URL"] = redis;
    child.folder = folder_.path();
    child.output = folder_.path() / "output.log";
    process_ = scenarios::start_child(child);
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (HttpClient(port).get("/health/ready").status != 200) {
      if (std::chrono::steady_clock::now() > until)
        throw std::runtime_error("not ready in time:\n" + scenarios::read_text(child.output));
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  ~Instance() {
    ::kill(process_, SIGKILL);
    scenarios::wait_for_child(process_, 20'000);
  }
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

 private:
  scenarios::PrivateFolder folder_;
  pid_t process_ = -1;
};

void expect_service(Kind kind, const char* file) {
  const std::uint16_t first = testkit::free_port();
  const std::uint16_t second = testkit::free_port();
  const std::uint16_t listen = testkit::free_port();
  const std::string database = testkit::shared_postgres().make_database();
  const Instance a(first, database);
  const Instance b(second, database);
  const BalancerFolder folder;
  std::string text = scenarios::read_text(source_folder / "tests/fleet/guide" / file);
  ASSERT_NE(text, "");
  // All of them first: a port may hold the digits of another.
  text = replaced(replaced(replaced(text, "3000", "{first}"), "3001", "{second}"), "8080", "{listen}");
  text = replaced(text, "{first}", std::to_string(first));
  text = replaced(text, "{second}", std::to_string(second));
  text = replaced(text, "{listen}", std::to_string(listen));
  const Balancer balancer(kind, folder, text, listen);
  ASSERT_EQ(HttpClient(first).post("/users", R"({"name":"Alice"})").status, 201);
  const auto asked = [](std::uint16_t port) {
    HttpClient client(port);
    return scenarios::metric(client, "banyan_http_request_duration_seconds_count");
  };
  const double first_before = asked(first);
  const double second_before = asked(second);
  for (int i = 0; i < 4; ++i) {  // a new client each: both instances are asked
    const auto health = HttpClient(listen).get("/health");
    EXPECT_EQ(health.status, 200) << health.failure << health.body;
    const auto alice = HttpClient(listen).get("/users/1");
    EXPECT_EQ(alice.status, 200) << alice.failure;
    EXPECT_NE(alice.body.find("\"Alice\""), std::string::npos) << alice.body;
  }
  EXPECT_GT(asked(first), first_before + 1) << "besides what this asks";
  EXPECT_GT(asked(second), second_before + 1);
}

TEST(Guide, its_row_is_in_redis_with_a_lifetime) {
  const testkit::RedisServer redis;
  const std::uint16_t port = testkit::free_port();
  const Instance instance(port, testkit::shared_postgres().make_database(), redis.url());
  HttpClient client(port);
  ASSERT_EQ(client.post("/users", R"({"name":"Alice"})").status, 201);
  std::string key;
  ASSERT_TRUE(testkit::becomes_true([&] {
    EXPECT_EQ(client.get("/users/1").status, 200);
    key = redis.run({"KEYS", "b:*:users:1"});
    return key.contains("users:1") && redis.run({"GET", key}).contains("Alice");
  }));
  const long lifetime = std::stol(redis.run({"TTL", key}));
  EXPECT_GT(lifetime, 0);
  EXPECT_LE(lifetime, 600);
}

TEST(Guide, its_haproxy_cfg_serves_two_instances_on_one_postgres) { expect_service(Kind::haproxy, "haproxy.cfg"); }

TEST(Guide, its_nginx_conf_serves_two_instances_on_one_postgres) {
  if (::geteuid() != 0) GTEST_SKIP() << "it keeps temporary files and its process id where only root may";
  expect_service(Kind::nginx, "nginx.conf");
}

}  // namespace
}  // namespace banyan::fleet_tests
