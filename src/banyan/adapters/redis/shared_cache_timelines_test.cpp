// Instances on one Redis, whose database is promoted.
#include "banyan/adapters/redis/shared_cache.hpp"

#include "banyan/adapters/redis/shared_cache_fleet.hpp"

namespace banyan::redis {
namespace {

using contracts::record_at;

TEST_F(SharedCacheFleet, on_a_new_timeline_acknowledgements_wait_until_no_licence_of_the_old_one_is_left) {
  first_->put(users_1, record_at(7));
  agreement_.promote();
  const auto began = std::chrono::steady_clock::now();
  const auto context = first_->request();
  context->reached.system = 7;
  context->reached.timeline = agreement_.timeline();
  const Cache::Raise one{.key = users_1, .version = 8, .value = nullptr};
  ASSERT_TRUE(block_on((**first_).raise(*context, std::span(&one, 1), agreement_.use())));
  EXPECT_GE(std::chrono::steady_clock::now() - began, Membership::licence_lifetime);
  EXPECT_NE(second_->get(users_1), 7U);
}

TEST_F(SharedCacheFleet, who_starts_on_a_new_timeline_acknowledges_nothing_until_no_licence_of_the_old_one_is_left) {
  agreement_.promote();
  const auto began = std::chrono::steady_clock::now();
  CacheInstance late({.url = redis_.url(), .agreement = &agreement_});
  ASSERT_TRUE(raise(late, 8));
  EXPECT_GE(std::chrono::steady_clock::now() - began, Membership::licence_lifetime);
}

TEST_F(SharedCacheFleet, who_starts_on_a_timeline_that_is_not_new_does_not_wait) {
  agreement_.promote();
  agreement_.grow_old();
  ASSERT_TRUE(in_use());
  EXPECT_TRUE(becomes_true([&] {
    const auto began = std::chrono::steady_clock::now();
    CacheInstance late({.url = redis_.url(), .agreement = &agreement_});
    return raise(late, 8) && std::chrono::steady_clock::now() - began < Membership::licence_lifetime;
  }));
}

}  // namespace
}  // namespace banyan::redis
