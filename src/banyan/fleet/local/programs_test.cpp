#include "banyan/fleet/local/programs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace banyan::fleet {
namespace {

using testing::HasSubstr;

TEST(Programs, are_found_in_the_path_before_all) {
  const auto found = Programs("/nonexistent:/bin:/usr/bin").find("sh");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(*found, "/bin/sh");
}

TEST(Programs, of_postgresql_are_found_where_debian_keeps_them) {
  const auto found = Programs("/nonexistent").find("initdb");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_THAT(found->string(), HasSubstr("/usr/lib/postgresql/"));
}

TEST(Programs, that_are_missing_are_named_with_what_needs_them_and_their_package) {
  const auto found = Programs("/nonexistent", "/nonexistent").find("redis-server");
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, HasSubstr("redis-server is not on this machine"));
  EXPECT_THAT(found.error().message, HasSubstr("cache.url"));
  EXPECT_THAT(found.error().hint, HasSubstr("apt install redis-server"));
  EXPECT_THAT(Programs("", "/nonexistent").find("initdb").error().hint, HasSubstr("apt install postgresql."));
}

}  // namespace
}  // namespace banyan::fleet
