// One process on a Redis, with a database that nobody else can use.
#include "banyan/adapters/redis/shared_cache.hpp"

#include "banyan/adapters/redis/shared_cache_fleet.hpp"

namespace banyan::redis {
namespace {

using contracts::record_at;

TEST(SharedCacheAlone, writes_do_not_wait_for_a_dead_redis_and_what_it_remembers_is_not_believed) {
  testkit::RedisServer redis;
  testkit::TcpProxy proxy(redis.port());
  CacheInstance instance({.url = redis.url_through(proxy.port()), .own_copies = true});
  ASSERT_TRUE(becomes_true([&] {
    instance.put(users_1, record_at(7));
    return instance.hits(users_1);
  }));
  unplug(proxy);
  ASSERT_TRUE(instance.raise(users_1, 8));
  EXPECT_EQ(instance.get(users_1), std::nullopt);
  proxy.refuse(false);
  ASSERT_TRUE(becomes_true([&] {
    instance.put("users:2", record_at(1));
    return instance.hits("users:2");
  }));
  EXPECT_EQ(instance.get(users_1), std::nullopt);
}

TEST(SharedCacheAlone, two_applications_on_one_redis_do_not_share_what_they_keep) {
  testkit::RedisServer redis;
  CacheInstance one({.url = redis.url()});
  CacheInstance other({.url = redis.url()});
  ASSERT_TRUE(becomes_true([&] {
    one.put(users_1, record_at(7));
    other.put("users:2", record_at(8));
    return one.get(users_1) == 7U && other.get("users:2") == 8U;
  }));
  EXPECT_EQ(other.get(users_1), std::nullopt);
  EXPECT_EQ(one.get("users:2"), std::nullopt);
}

TEST(SharedCacheAlone, what_an_earlier_process_left_is_not_believed) {
  testkit::RedisServer redis;
  const auto serves = [&](CacheInstance& instance) {
    return becomes_true([&] {
      instance.put("users:2", record_at(1));
      return instance.hits("users:2");
    });
  };
  {
    CacheInstance before({.url = redis.url()});
    ASSERT_TRUE(serves(before));
    before.put(users_1, record_at(7));
    ASSERT_EQ(before.get(users_1), 7U);
  }
  CacheInstance after({.url = redis.url()});
  ASSERT_TRUE(serves(after));
  EXPECT_EQ(after.get(users_1), std::nullopt);
}

}  // namespace
}  // namespace banyan::redis
