#include "banyan/api/openapi/ecma_pattern.hpp"

#include <gtest/gtest.h>

namespace banyan::openapi {
namespace {

std::string translated(std::string_view pattern) { return ecma_pattern(pattern).value_or("none"); }

TEST(EcmaPattern, is_bound_to_the_whole_text) {
  EXPECT_EQ(translated("[A-Z]{3}[0-9]+"), "^(?:[A-Z]{3}[0-9]+)$");
  EXPECT_EQ(translated("a|b"), "^(?:a|b)$");
}

TEST(EcmaPattern, keeps_what_both_mean_alike) {
  EXPECT_EQ(translated(R"(\d+\.\d*?(?:x|y){2,})"), R"(^(?:\d+\.\d*?(?:x|y){2,})$)");
  EXPECT_EQ(translated(R"(\p{Lu}\pL\x41\x{1F600})"), R"(^(?:\p{Lu}\p{L}\x41\u{1F600})$)");
}

TEST(EcmaPattern, writes_what_they_mean_otherwise_in_other_words) {
  EXPECT_EQ(translated("."), R"(^(?:[^\n])$)");
  EXPECT_EQ(translated(R"(\s[\s_])"), R"(^(?:[\t\n\f\r ][\t\n\f\r _])$)");
  EXPECT_EQ(translated("[[:alpha:]_]"), "^(?:[A-Za-z_])$");
  EXPECT_EQ(translated("[[:digit:]]"), "^(?:[0-9])$");
  EXPECT_EQ(translated("(?P<year>[0-9]{4})"), "^(?:(?<year>[0-9]{4}))$");
  EXPECT_EQ(translated(R"(\Aa\z)"), "^(?:^a$)$");
}

TEST(EcmaPattern, escapes_only_what_may_be_escaped) {
  EXPECT_EQ(translated(R"(\_\@\-[\-\]])"), R"(^(?:_@-[\-\]])$)");
  EXPECT_EQ(translated("a{b}]"), R"(^(?:a\{b\}\])$)");
  EXPECT_EQ(translated("[]a[]"), R"(^(?:[\]a\[])$)");
}

TEST(EcmaPattern, is_none_where_they_share_none) {
  for (const auto* pattern : {"(?i)abc", R"(\C)", R"(\Qa.b\E)", R"(\p{Greek})", R"([[:^alpha:]])", R"(\123)"})
    EXPECT_FALSE(ecma_pattern(pattern)) << pattern;
}

}  // namespace
}  // namespace banyan::openapi
