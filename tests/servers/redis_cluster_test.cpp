#include "tests/servers/redis_cluster.hpp"

#include <gtest/gtest.h>

namespace banyan::testkit {
namespace {

TEST(RedisClusterTest, moves_its_keys_and_a_replica_takes_over_for_a_master_that_was_killed) {
  RedisCluster cluster;
  const std::size_t from = cluster.owner_of("key");
  const std::size_t to = cluster.other_than_owner_of("key");
  EXPECT_EQ(cluster.node(from).run({"SET", "key", "value"}), "OK");
  EXPECT_TRUE(cluster.node(to).run({"GET", "key"}).starts_with("MOVED"));
  cluster.move("key", from, to);
  EXPECT_EQ(cluster.owner_of("key"), to);
  EXPECT_EQ(cluster.node(to).run({"GET", "key"}), "value");
  cluster.replicate(RedisCluster::spare, to);
  cluster.kill_9(to);
  cluster.take_over(RedisCluster::spare);
  EXPECT_EQ(cluster.node(RedisCluster::spare).run({"GET", "key"}), "value");
}

}  // namespace
}  // namespace banyan::testkit
