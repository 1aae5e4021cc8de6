// What a client does with a cluster.
#include <atomic>

#include "banyan/adapters/redis/client_fixture.hpp"
#include "tests/servers/loopback.hpp"
#include "tests/servers/redis_cluster.hpp"

namespace banyan::redis {
namespace {

using testkit::RedisCluster;

const std::string key = "banyan:{a}";

std::string run_id_of(const testkit::RedisServer& node) {
  const std::string info = node.run({"INFO", "server"});
  return info.substr(info.find("run_id:") + 7, 40);
}

/// Commands and a subscription, from a node that the URL names.
class AtSomeNode {
 public:
  explicit AtSomeNode(const std::string& url) : client_(url) {
    client_->follow(key);
    client_->on_connection([](const Connected&) {}, [this] { ++lost_; });
    client_->subscribe({.channels = {"a"},
                        .on_message = [](std::string_view, std::string_view) {},
                        .on_subscribed = [](const Connected&) {},
                        .on_lost = [] {}});
    client_->start();
  }
  ClientUnderTest& operator*() { return client_; }
  int lost() const { return lost_; }
  /// Whether commands and the subscription are, or come to be, at that node.
  bool is_at(const testkit::RedisServer& node) {
    return becomes_true([&] {
      const auto connected = client_->connected();
      return connected && connected->run_id == run_id_of(node) && node.run({"PUBSUB", "NUMSUB", "a"}) == "a\n1";
    });
  }

 private:
  ClientUnderTest client_;
  std::atomic<int> lost_ = 0;
};

std::string reason(const Result<Reply>& result) {
  return result ? "done" : std::string(to_string(result.error().code)) + " " + result.error().reason;
}

TEST(RedisClusterClient, a_client_is_wherever_the_nodes_say_that_its_keys_are_and_its_subscriptions_come_along) {
  RedisCluster cluster;
  const std::size_t from = cluster.owner_of(key);
  const std::size_t to = cluster.other_than_owner_of(key);
  const std::string nobody = "127.0.0.1:" + std::to_string(testkit::free_port());
  std::string url = cluster.node(to).url();
  url.insert(url.rfind('@') + 1, nobody + ",");
  AtSomeNode at(url);
  ClientUnderTest& client = *at;
  ASSERT_TRUE(at.is_at(cluster.node(from)));
  EXPECT_EQ(at.lost(), 0) << "it is not connected before it is at the right one";
  ASSERT_TRUE(client.write({"SET", "{a}1", "value"}));

  cluster.begin_to_move(key, from, to);
  EXPECT_EQ(client.text({"GET", "{a}1"}), "value");
  EXPECT_EQ(reason(client.write({"SET", "{a}2", "value"})), "unavailable ASK");
  EXPECT_EQ(reason(client.read({"MGET", "{a}1", "{a}2"})), "unavailable TRYAGAIN");
  cluster.move_keys(key, from, to);
  cluster.end_to_move(key, from, to);
  EXPECT_EQ(reason(client.write({"SET", "{a}1", "other"})), "unavailable MOVED");
  ASSERT_TRUE(at.is_at(cluster.node(to)));
  EXPECT_EQ(at.lost(), 1);
  EXPECT_EQ(client.text({"GET", "{a}1"}), "value");

  cluster.replicate(RedisCluster::spare, to);
  cluster.kill_9(to);
  EXPECT_TRUE(becomes_true([&] { return client.text({"GET", "{a}1"}) == "unavailable"; }));
  cluster.take_over(RedisCluster::spare);
  ASSERT_TRUE(at.is_at(cluster.node(RedisCluster::spare))) << "others than the URL names have said where";
  EXPECT_EQ(client.text({"GET", "{a}1"}), "value");
  EXPECT_LE(client.log().count("cannot connect to Redis"), 4U) << "twice of each, however often it tries";
  EXPECT_LE(client.log().count("another node of the cluster of Redis has the keys"), 6U);

  ClientUnderTest other_database(cluster.node(from).url() + "/1");
  other_database->start();
  EXPECT_EQ(other_database->unready_reason(), "a cluster of Redis has no database but 0");
}

TEST(RedisClusterClientLong, the_way_to_the_right_node_is_in_tls_and_its_certificate_is_looked_at) {
  RedisCluster cluster(true);
  const std::string url = cluster.node(cluster.other_than_owner_of(key)).tls_url();
  ClientUnderTest client(Options{.url = url, .tls_ca_file = cluster.certificates()});
  client->follow(key);
  client->start();
  ASSERT_FALSE(client->unready_reason()) << *client->unready_reason();
  EXPECT_EQ(client->connected()->run_id, run_id_of(cluster.node(cluster.owner_of(key))));
  EXPECT_TRUE(client.write({"SET", "{a}1", "value"}));

  const std::string only_its_own = cluster.node(cluster.other_than_owner_of(key)).certificate();
  ClientUnderTest wary(Options{.url = url, .tls_ca_file = only_its_own});
  wary->follow(key);
  wary->start();
  EXPECT_EQ(wary->unready_reason(), "the certificate of Redis is not to be trusted");
}

TEST(RedisClusterClient, several_hosts_of_which_one_is_no_node_of_a_cluster_are_refused) {
  std::string url = shared_redis().url();
  ClientUnderTest client(url + ",127.0.0.1:" + std::to_string(shared_redis().port()));
  client->start();
  EXPECT_EQ(client->unready_reason(), "the URL names several hosts, and Redis is no cluster there");
}

}  // namespace
}  // namespace banyan::redis
