#include "banyan/api/rest/preferences.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace banyan::api::rest {
namespace {

Result<Preferences> parsed(std::vector<std::string_view> values) {
  std::vector<http::Header> headers{{"Accept", "return=minimal"}};
  for (const std::string_view value : values) headers.push_back({"prefer", value});
  return parse_preferences(headers);
}

TEST(Preferences, come_from_one_header_or_from_several_with_any_white_space) {
  const auto preferences =
      parsed({"count=exact,    tx=rollback   ,return=representation ", "missing=default", "max-affected=5999"});
  ASSERT_TRUE(preferences);
  EXPECT_EQ(preferences->count, Preferences::Count::exact);
  EXPECT_TRUE(preferences->rehearsal());
  EXPECT_TRUE(preferences->wants_records());
  EXPECT_EQ(preferences->missing, Preferences::Missing::defaults);
  EXPECT_EQ(preferences->max_affected, 5999U);
}

TEST(Preferences, given_twice_count_as_they_came_first) {
  const auto preferences = parsed({"tx=commit, tx=rollback", "tx=rollback"});
  ASSERT_TRUE(preferences);
  EXPECT_FALSE(preferences->rehearsal());
}

TEST(Preferences, that_nobody_knows_are_passed_over_unless_handling_is_strict) {
  EXPECT_TRUE(parsed({"anything, return=everything"}));
  EXPECT_TRUE(parsed({"handling=lenient, anything"}));
  const auto refused = parsed({"handling=strict", "something, else, timezone=Europe/Berlin, max-affected=-1"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "invalid_preferences");
  ASSERT_EQ(refused.error().fields.size(), 1U);
  EXPECT_EQ(refused.error().fields[0].message, "something, else, timezone=Europe/Berlin, max-affected=-1");
}

TEST(Preferences, repeat_only_so_much_of_what_nobody_knows) {
  const std::string many = "handling=strict," + std::string(5000, 'a') + "," + std::string(5000, 'b');
  const auto refused = parsed({many});
  ASSERT_FALSE(refused);
  EXPECT_LE(refused.error().fields[0].message.size(), 402U);
}

TEST(Preferences, are_told_as_applied_in_the_order_of_postgrest) {
  const auto preferences = parsed({"max-affected=10, handling=strict, tx=commit, count=exact, return=minimal",
                                   "timezone=UTC, missing=default, resolution=merge-duplicates"});
  ASSERT_TRUE(preferences);
  EXPECT_EQ(applied(*preferences),
            "resolution=merge-duplicates, missing=default, return=minimal, count=exact, tx=commit, handling=strict, "
            "timezone=UTC, max-affected=10");
  EXPECT_EQ(applied(*parsed({"max-affected=10, handling=lenient"})), "handling=lenient");
  EXPECT_EQ(applied(*parsed({})), "");
}

}  // namespace
}  // namespace banyan::api::rest
