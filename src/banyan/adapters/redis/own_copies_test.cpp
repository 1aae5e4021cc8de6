#include "banyan/adapters/redis/own_copies.hpp"

#include <gtest/gtest.h>

namespace banyan::redis {
namespace {

// Nodes of a cluster pass messages on to each other, and lose some where their connections break.
TEST(OwnCopiesTest, a_subscription_at_another_server_than_the_cache_is_none) {
  const SystemClock clock;
  OwnCopies copies(nullptr, clock, {.changed = [](std::string_view) {}, .lost = [] {}});
  EXPECT_EQ(copies.subscription(""), 0U);
  copies.subscribed("one");
  EXPECT_EQ(copies.subscription("other"), 0U);
  EXPECT_NE(copies.subscription("one"), 0U);
  copies.unsubscribed();
  EXPECT_EQ(copies.subscription("one"), 0U);
}

}  // namespace
}  // namespace banyan::redis
