// The shared cache in a cluster of Redis, while its slot moves and its master dies.
#include <atomic>
#include <thread>
#include <vector>

#include "banyan/adapters/redis/shared_cache.hpp"
#include "banyan/adapters/redis/shared_cache_fixture.hpp"
#include "tests/servers/redis_cluster.hpp"

namespace banyan::redis {
namespace {

using contracts::record_at;
using testkit::RedisCluster;

const std::string moving_key = "users:1";

/// A database of one record, with a writer and readers who go through the caches of two instances: each read is held to
/// what was acknowledged before it began. The first keeps no own copies, so its reader needs no token.
class Traffic {
 public:
  Traffic(AgreementInMemory& agreement, CacheInstance& first, CacheInstance& second) : agreement_(agreement) {
    threads_.emplace_back([&](const std::stop_token& stop) { write(stop, first, second); });
    threads_.emplace_back([&](const std::stop_token& stop) { read(stop, first, false); });
    threads_.emplace_back([&](const std::stop_token& stop) { read(stop, second, true); });
  }
  void stop() { threads_.clear(); }

  Version acknowledged() const { return acknowledged_; }
  std::uint64_t hits() const { return hits_; }
  int stale() const { return stale_; }
  /// Waits for reads that the caches answer and writes that are acknowledged, from now on.
  bool goes_on() {
    const std::uint64_t hits = hits_;
    const Version acknowledged = acknowledged_;
    return becomes_true([&] { return hits_ > hits + 100 && acknowledged_ > acknowledged + 10; });
  }

 private:
  void write(const std::stop_token& stop, CacheInstance& first, CacheInstance& second) {
    for (Version version = 1; !stop.stop_requested(); ++version) {
      CacheInstance& by = version % 2 == 0 ? first : second;
      committed_ = version;
      const std::optional<Position> position = by.raise(moving_key, version, agreement_.use());
      if (!position) continue;
      const std::lock_guard lock(mutex_);
      position_ = *position;
      acknowledged_ = version;
    }
  }
  void read(const std::stop_token& stop, CacheInstance& through, bool by_token) {
    while (!stop.stop_requested()) {
      Position position;
      Version at_least = 0;
      {
        const std::lock_guard lock(mutex_);
        if (by_token) position = position_;
        at_least = acknowledged_;
      }
      if (const std::optional<Version> hit = through.get(moving_key, position)) {
        ++hits_;
        if (*hit < at_least) ++stale_;
      } else {
        const Cache::Ticket ticket = through.take_ticket(moving_key);
        if (ticket.ticket != 0) through.fill(moving_key, ticket.ticket, record_at(committed_));
      }
    }
  }

  AgreementInMemory& agreement_;
  std::atomic<Version> committed_ = 0;
  std::mutex mutex_;
  Position position_;
  std::atomic<Version> acknowledged_ = 0;
  std::atomic<std::uint64_t> hits_ = 0;
  std::atomic<int> stale_ = 0;
  std::vector<std::jthread> threads_;
};

/// Two instances, each told of another node than the one that has their keys; the second keeps own copies.
class SharedCacheCluster : public testing::Test {
 protected:
  void SetUp() override {
    const std::string& url = cluster_.node(cluster_.other_than_owner_of(tag_)).url();
    first_.emplace(CacheInstance::Wishes{.url = url, .agreement = &agreement_});
    EXPECT_TRUE(agreement_.use().on) << "whoever starts knows by then which node has the keys";
    second_.emplace(CacheInstance::Wishes{.url = url, .agreement = &agreement_, .own_copies = true});
    ASSERT_TRUE(in_use());
  }
  bool in_use() {
    return becomes_true([&] {
      const std::string probe = "probe:" + std::to_string(++probes_);
      first_->put(probe, record_at(1));
      return first_->hits(probe) && second_->hits(probe);
    });
  }
  std::size_t owner() { return cluster_.owner_of(tag_); }
  bool is_used_at(std::size_t place) {
    return cluster_.node(place).run({"INFO", "server"}).contains("run_id:" + agreement_.use().cache_id);
  }
  bool raise(CacheInstance& by, Version version) { return by.raise(moving_key, version, agreement_.use()).has_value(); }

  RedisCluster cluster_;
  AgreementInMemory agreement_;
  const std::string tag_ = tag_of(7, 0);  // the agreement's database
  std::optional<CacheInstance> first_, second_;
  int probes_ = 0;
};
class SharedCacheClusterLong : public SharedCacheCluster {};

TEST_F(SharedCacheCluster, a_slot_that_is_moved_while_instances_write_and_read_leaves_nothing_old) {
  const std::size_t from = owner();
  const std::size_t to = cluster_.other_than_owner_of(tag_);
  ASSERT_TRUE(is_used_at(from));
  Traffic traffic(agreement_, *first_, *second_);
  EXPECT_TRUE(traffic.goes_on());
  cluster_.begin_to_move(tag_, from, to);
  // However long it takes to move it: the instances agree to go on without it.
  EXPECT_TRUE(becomes_true([&] { return !agreement_.use().on; }));
  const Version before = traffic.acknowledged();
  EXPECT_TRUE(becomes_true([&] { return traffic.acknowledged() > before + 1; }));
  cluster_.move_keys(tag_, from, to);
  cluster_.end_to_move(tag_, from, to);
  EXPECT_TRUE(traffic.goes_on());
  traffic.stop();
  EXPECT_EQ(traffic.stale(), 0);
  EXPECT_TRUE(is_used_at(to));
  EXPECT_TRUE(becomes_true([&] {
    first_->put("users:2", record_at(1));
    const std::uint64_t before = second_->own_hits();
    return second_->hits("users:2") && second_->own_hits() > before;
  })) << "the stream of raises came along";
}

TEST_F(SharedCacheClusterLong, a_master_that_is_killed_and_replaced_by_its_replica_leaves_nothing_old) {
  const std::size_t master = owner();
  cluster_.replicate(RedisCluster::spare, master);
  Traffic traffic(agreement_, *first_, *second_);
  EXPECT_TRUE(traffic.goes_on());
  cluster_.kill_9(master);
  cluster_.take_over(RedisCluster::spare);
  EXPECT_TRUE(traffic.goes_on());
  traffic.stop();
  EXPECT_EQ(traffic.stale(), 0);
  EXPECT_TRUE(is_used_at(RedisCluster::spare));
}

// What a slot held comes back with it, and does not know what was raised elsewhere: so nothing is, as long as the
// instances have not agreed on another cache.
TEST_F(SharedCacheClusterLong, a_slot_that_is_moved_and_back_before_anything_is_agreed_on_leaves_nothing_old) {
  const std::size_t from = owner();
  const std::size_t to = cluster_.other_than_owner_of(tag_);
  agreement_.attend_always();
  first_->put(moving_key, record_at(7));
  cluster_.move(tag_, from, to);
  std::atomic<bool> acknowledged = false;
  std::jthread writer([&] { acknowledged = raise(*second_, 8); });
  ASSERT_TRUE(
      becomes_true([&] { return acknowledged || ((**first_).unready_reason() && (**second_).unready_reason()); }));
  EXPECT_FALSE(acknowledged);
  cluster_.move(tag_, to, from);
  writer.join();
  EXPECT_TRUE(acknowledged);
  EXPECT_NE(first_->get(moving_key), 7U);
  ASSERT_TRUE(in_use());
  EXPECT_NE(first_->get(moving_key), 7U);
}

// A master that becomes a replica takes what that one has, and here a raise that was acknowledged is missing there.
TEST_F(SharedCacheClusterLong, a_master_that_was_a_replica_in_between_is_not_believed) {
  const std::size_t master = owner();
  const testkit::RedisServer& replica = cluster_.node(RedisCluster::spare);
  agreement_.attend_always();
  first_->put(moving_key, record_at(7));
  cluster_.replicate(RedisCluster::spare, master);
  replica.run({"CONFIG", "SET", "masterauth", "wrong"});
  replica.run({"CLIENT", "KILL", "TYPE", "master"});
  ASSERT_TRUE(raise(*first_, 8));
  ASSERT_EQ(second_->get(moving_key), 8U);
  cluster_.take_over(RedisCluster::spare);
  ASSERT_TRUE(becomes_true([&] { return (**first_).unready_reason() && (**second_).unready_reason(); }));
  cluster_.replicate(master, RedisCluster::spare);
  cluster_.take_over(master);
  ASSERT_TRUE(in_use());
  EXPECT_TRUE(is_used_at(master)) << "it was never out of use for all";
  EXPECT_EQ(first_->get(moving_key), std::nullopt);
}

TEST_F(SharedCacheClusterLong, what_was_on_its_way_to_another_node_is_not_believed_when_that_is_given_up) {
  const std::size_t from = owner();
  const std::size_t to = cluster_.other_than_owner_of(tag_);
  agreement_.attend_always();
  first_->put(moving_key, record_at(7));
  cluster_.begin_to_move(tag_, from, to);
  ASSERT_TRUE(becomes_true([&] { return (**first_).unready_reason() && (**second_).unready_reason(); }));
  cluster_.give_up_to_move(tag_, from, to);
  ASSERT_TRUE(in_use());
  EXPECT_EQ(first_->get(moving_key), std::nullopt);
}

/// Without an agreement nothing but the connection says that there was another cache in between.
TEST(SharedCacheClusterAloneLong, a_slot_that_comes_back_brings_nothing_that_is_believed) {
  RedisCluster cluster;
  const std::string tag = tag_of(0, 0);
  const std::size_t from = cluster.owner_of(tag);
  const std::size_t to = cluster.other_than_owner_of(tag);
  CacheInstance instance({.url = cluster.node(to).url()});
  const auto in_use = [&](const std::string& probe) {
    return becomes_true([&] {
      instance.put(probe, record_at(1));
      return instance.hits(probe);
    });
  };
  ASSERT_TRUE(in_use("probe:1"));
  instance.put(moving_key, record_at(7));
  cluster.move(tag, from, to);
  ASSERT_TRUE(in_use("probe:2"));
  ASSERT_TRUE(instance.raise(moving_key, 8));
  cluster.move(tag, to, from);
  ASSERT_TRUE(in_use("probe:3"));
  EXPECT_NE(instance.get(moving_key), 7U);
}

/// All promises of a cache, through a node that has not the keys.
class ClusterRig final : public contracts::CacheRig {
 public:
  explicit ClusterRig(const contracts::CacheWishes& wishes) {
    static RedisCluster cluster;
    owner_ = &cluster.node(cluster.owner_of(tag_of(0, 0)));
    const std::string url = cluster.node(cluster.other_than_owner_of(tag_of(0, 0))).url();
    instance_.emplace(CacheInstance::Wishes{.url = url, .cache = wishes});
    context_ = instance_->request();
  }
  Cache& cache() override { return **instance_; }
  const Context& context() override { return *context_; }
  void pass_time(Duration by) override { take_off_lifetimes(*owner_, by); }
  std::size_t bytes() override { return 0; }

 private:
  testkit::RedisServer* owner_ = nullptr;
  std::optional<CacheInstance> instance_;
  std::unique_ptr<Context> context_;
};

const contracts::CacheAdapter cluster_adapter{
    "cluster", [](const contracts::CacheWishes& wishes) { return std::make_unique<ClusterRig>(wishes); }, 4};

}  // namespace
}  // namespace banyan::redis

namespace banyan::contracts {
INSTANTIATE_TEST_SUITE_P(RedisClusterLong, CacheContract, testing::Values(redis::cluster_adapter), cache_adapter_name);
}  // namespace banyan::contracts
