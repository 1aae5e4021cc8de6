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

// Which database of that name the server has, and whether it is a replica.
std::string database_of(const std::filesystem::path& folder, const std::string& url) {
  const std::filesystem::path answer = folder / "answer";
  std::filesystem::remove(answer);
  const Result<void> asked =
      run_to_end({.command = {Programs("/usr/bin").find("psql").value(), "--no-psqlrc", "--tuples-only", "--no-align",
                              "--command=SELECT oid, pg_is_in_recovery() FROM pg_database WHERE datname = 'app'", url},
                  .environment = {{"PATH", "/usr/bin:/bin"}},
                  .folder = folder,
                  .output = answer,
                  .run_as = {}},
                 std::chrono::seconds(10));
  return asked ? end_of_file(answer, 4096) : "";
}

TEST(Servers, of_postgresql_are_a_primary_and_replicas_that_follow_it) {
  const testing::TestFolder folder;
  SystemRandom random;
  FreePorts ports(random);
  const std::filesystem::path data = folder.path() / "Ann's data";
  ASSERT_TRUE(make_passable_folder(data, ""));
  const auto cluster = PostgresCluster::prepare(
      {.folder = data, .sockets = folder.path() / "Ann's sockets", .kept = false, .replicas = 2, .connections = 20},
      Programs("/usr/bin"), ports, random);
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
  EXPECT_TRUE(cluster->empty_database());
  const std::string made = database_of(folder.path(), cluster->primary_url());
  EXPECT_THAT(made, HasSubstr("|f"));
  const std::string followed = made.substr(0, made.find('|')) + "|t\n";
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  for (const std::string& url : {cluster->replica_url(0), cluster->replica_url(1)}) {
    while (database_of(folder.path(), url) != followed && std::chrono::steady_clock::now() < until) {
    }
    EXPECT_EQ(database_of(folder.path(), url), followed);
  }
  // Who could write here could have root write elsewhere.
  EXPECT_TRUE(belongs_to_this_user(data));
  std::vector<std::string> folders;
  for (const auto& entry : std::filesystem::directory_iterator(data)) {
    if (entry.symlink_status().type() == std::filesystem::file_type::directory)
      folders.push_back(entry.path().filename());
    else
      EXPECT_TRUE(belongs_to_this_user(entry.path())) << entry.path();
  }
  EXPECT_THAT(folders, UnorderedElementsAre("primary", "replica-1", "replica-2"));
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
