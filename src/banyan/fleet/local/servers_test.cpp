#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "banyan/fleet/local/postgres_cluster.hpp"
#include "banyan/fleet/local/redis_server.hpp"
#include "banyan/fleet/local/run_folder.hpp"
#include "banyan/fleet/local/testing_folder.hpp"

namespace banyan::fleet {
namespace {

using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

bool becomes_ready(Service& service) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (service.state() != Service::State::ready) {
    if (std::chrono::steady_clock::now() > until) return false;
    service.step(std::chrono::steady_clock::now());
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

void ignore(const std::string&) {}

bool belongs_to_this_user(const std::filesystem::path& path) {
  struct stat facts{};
  return ::lstat(path.c_str(), &facts) == 0 && facts.st_uid == ::geteuid() && (facts.st_mode & 0022U) == 0;
}

TEST(Servers, of_postgresql_are_a_primary_and_replicas_that_follow_it) {
  const testing::TestFolder folder;
  SystemRandom random;
  FreePorts ports(random);
  const auto cluster = PostgresCluster::prepare(
      {.folder = folder.path(), .kept = false, .replicas = 2, .connections = 20}, Programs("/usr/bin"), ports, random);
  ASSERT_TRUE(cluster) << cluster.error().message << cluster.error().detail;
  Service primary(cluster->primary(), ignore);
  ASSERT_TRUE(primary.start());
  ASSERT_TRUE(becomes_ready(primary)) << primary.output();
  ASSERT_TRUE(cluster->make_database());
  EXPECT_TRUE(cluster->make_database()) << "it is there already";
  const Result<void> copied = cluster->copy_to_replicas();
  ASSERT_TRUE(copied) << copied.error().detail;
  Service first(cluster->replica(0), ignore);
  Service second(cluster->replica(1), ignore);
  ASSERT_TRUE(first.start() && second.start());
  EXPECT_TRUE(becomes_ready(first)) << first.output();
  EXPECT_TRUE(becomes_ready(second)) << second.output();
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (cluster->lags_bytes().size() < 2 && std::chrono::steady_clock::now() < until) {
  }
  EXPECT_TRUE(cluster->empty_database());
  while (std::chrono::steady_clock::now() < until &&
         cluster->lags_bytes() != std::map<std::string, std::uint64_t>{{"replica-1", 0}, {"replica-2", 0}}) {
  }
  EXPECT_THAT(cluster->lags_bytes(), UnorderedElementsAre(Pair("replica-1", 0U), Pair("replica-2", 0U)));

  // Who could write here could have root write elsewhere.
  EXPECT_TRUE(belongs_to_this_user(folder.path()));
  std::vector<std::string> folders;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    if (entry.symlink_status().type() == std::filesystem::file_type::directory)
      folders.push_back(entry.path().filename());
    else
      EXPECT_TRUE(belongs_to_this_user(entry.path())) << entry.path();
  }
  EXPECT_THAT(folders, UnorderedElementsAre("primary", "replica-1", "replica-2", "sockets"));
}

TEST(Servers, of_redis_are_caches_with_a_password_and_a_bound) {
  const testing::TestFolder folder;
  SystemRandom random;
  FreePorts ports(random);
  const auto redis = RedisServer::prepare(folder.path(), Programs("/usr/bin"), ports, random);
  ASSERT_TRUE(redis) << redis.error().message;
  Service service(redis->setup, ignore);
  ASSERT_TRUE(service.start());
  ASSERT_TRUE(becomes_ready(service)) << service.output();
  const std::chrono::milliseconds soon{5'000};
  EXPECT_THAT(ask_port(redis->setup.port, "GET a\r\nQUIT\r\n", soon).value_or(""), HasSubstr("NOAUTH"));
  const std::string known = "AUTH " + redis->password + "\r\n";
  const std::string asked =
      "SET a b\r\nCONFIG GET maxmemory-policy\r\nCONFIG GET maxmemory\r\nCONFIG GET save\r\nQUIT\r\n";
  const std::string told = ask_port(redis->setup.port, known + asked, soon).value_or("");
  EXPECT_THAT(told, HasSubstr("allkeys-lru"));
  EXPECT_THAT(told, HasSubstr("67108864"));
  EXPECT_TRUE(redis->clear());
  EXPECT_THAT(ask_port(redis->setup.port, known + "GET a\r\nQUIT\r\n", soon).value_or(""), HasSubstr("$-1"));
}

}  // namespace
}  // namespace banyan::fleet
