#include "banyan/core/value.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <string>

namespace banyan {
namespace {

TEST(CompareValues, integers_are_ordered_over_their_whole_range) {
  constexpr auto least = std::numeric_limits<std::int64_t>::min();
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(compare_values(Value(least), Value(most)), -1);
  EXPECT_EQ(compare_values(Value(most), Value(least)), 1);
  EXPECT_EQ(compare_values(Value(most), Value(most)), 0);
}

TEST(CompareValues, neighbours_beyond_the_precision_of_doubles_stay_different) {
  EXPECT_EQ(compare_values(Value(std::int64_t{9007199254740992}), Value(std::int64_t{9007199254740993})), -1);
}

TEST(CompareValues, numbers_are_ordered_down_to_the_denormals) {
  EXPECT_EQ(compare_values(Value(0.0), Value(std::numeric_limits<double>::denorm_min())), -1);
  EXPECT_EQ(compare_values(Value(-1e308), Value(1e308)), -1);
}

TEST(CompareValues, false_comes_before_true) { EXPECT_EQ(compare_values(Value(false), Value(true)), -1); }

TEST(CompareValues, text_is_ordered_by_unsigned_bytes_and_not_by_a_locale) {
  EXPECT_EQ(compare_values(Value(std::string("Z")), Value(std::string("a"))), -1);
  EXPECT_EQ(compare_values(Value(std::string("z")), Value(std::string("\xC3\xA9"))), -1);
  EXPECT_EQ(compare_values(Value(std::string("")), Value(std::string("a"))), -1);
  EXPECT_EQ(compare_values(Value(std::string("a")), Value(std::string("ab"))), -1);
  EXPECT_EQ(compare_values(Value(std::string("ab")), Value(std::string("ab"))), 0);
}

struct LikeCase {
  std::string_view text;
  std::string_view pattern;
  bool expected;
};

TEST(MatchesLike, follows_the_table) {
  const LikeCase cases[] = {
      {"", "", true},
      {"", "%", true},
      {"", "%%", true},
      {"", "_", false},
      {"a", "", false},
      {"abc", "abc", true},
      {"abc", "ab", false},
      {"abc", "abcd", false},
      {"abc", "a%", true},
      {"abc", "%c", true},
      {"abc", "%b%", true},
      {"abc", "%d%", false},
      {"abc", "a_c", true},
      {"abc", "___", true},
      {"abc", "__", false},
      {"abc", "____", false},
      {"abc", "_%_", true},
      {"a", "_%_", false},
      {"abcabd", "%abd", true},
      {"aab", "%ab", true},
      {"mississippi", "m%iss%pi", true},
      {"mississippi", "m%iss%px", false},
      {"xay", "%a_%", true},
      {"xa", "%a_%", false},
      {"ABC", "abc", false},
      {"100%", "100\\%", true},
      {"1000", "100\\%", false},
      {"a_b", "a\\_b", true},
      {"axb", "a\\_b", false},
      {"a\\b", "a\\\\b", true},
      {"ab", "a\\b", true},
      {"a\\", "a\\", true},
      {"a", "a\\", false},
      {"50% off_now", "%\\%%\\_%", true},
      {"a\nb", "a%b", true},
      {"[a-z]*?", "[a-z]*?", true},
      {"b", "[a-z]", false},
  };
  for (const LikeCase& c : cases) {
    EXPECT_EQ(matches_like(c.text, c.pattern, false), c.expected) << "'" << c.text << "' like '" << c.pattern << "'";
  }
}

TEST(MatchesLike, an_underscore_is_one_code_point_whatever_its_length) {
  EXPECT_TRUE(matches_like("\xC3\xA9", "_", false));
  EXPECT_TRUE(matches_like("\xF0\x9F\x8C\xB3", "_", false));
  EXPECT_FALSE(matches_like("\xF0\x9F\x8C\xB3", "__", false));
  EXPECT_TRUE(matches_like("a\xE2\x82\xAC\x62", "a_b", false));
  EXPECT_TRUE(matches_like("x\xF0\x9F\x8C\xB3y", "%_y", false));
  EXPECT_FALSE(matches_like("\xF0\x9F\x8C\xB3", "%__", false)) << "a run of % must not stop inside a code point";
}

TEST(MatchesLike, folds_ascii_letters_only_and_only_when_asked) {
  EXPECT_TRUE(matches_like("HeLLo", "hEllO", true));
  EXPECT_FALSE(matches_like("HeLLo", "hEllO", false));
  EXPECT_TRUE(matches_like("A%", "\\a\\%", true));
  EXPECT_FALSE(matches_like("\xC3\x89", "\xC3\xA9", true)) << "É is not é";
  EXPECT_FALSE(matches_like("[", "{", true));
  EXPECT_FALSE(matches_like("@", "`", true));
}

TEST(MatchesLike, a_pattern_made_to_hurt_costs_no_more_than_the_product_of_the_lengths) {
  const std::string text(20'000, 'a');
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "%a";
  pattern += "%b";
  const auto began = std::chrono::steady_clock::now();
  EXPECT_FALSE(matches_like(text, pattern, true));
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(10)) << "exponential would never end";
}

TEST(MatchesLike, a_long_match_is_given_up_when_it_is_told_to_stop) {
  const std::string text(100'000, 'a');
  const std::string pattern = "%" + std::string(100, 'a') + "b%";
  struct Asked {
    mutable int times = 0;
  } asked;
  StopCheck stop{.should_stop = [](const void* count) { return ++static_cast<const Asked*>(count)->times == 3; },
                 .argument = &asked};
  EXPECT_EQ(matches_like(text, pattern, false, stop), std::nullopt);
  EXPECT_EQ(asked.times, 3);
  StopCheck never;
  EXPECT_EQ(matches_like(text, pattern, false, never), false);
  EXPECT_EQ(matches_like("aab", "%a_", false, never), true);
}

}  // namespace
}  // namespace banyan
