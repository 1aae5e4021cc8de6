#include "banyan/core/json_text.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>

#include "banyan/core/json_write.hpp"

namespace banyan {
namespace {

using namespace std::string_literals;

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

std::string canonical(std::string_view text) {
  const auto value = parse_json(text);
  if (!value) return "refused: " + value.error().message;
  const auto written = canonical_json(*value);
  return written ? *written : "refused: " + written.error().message;
}

TEST(JsonText, has_one_canonical_text_for_every_value) {
  const std::pair<std::string, std::string> cases[] = {
      {" null ", "null"},
      {"[ true , false ]", "[true,false]"},
      {R"({"b":1,"a":{"d":[],"c":{}}})", R"({"a":{"c":{},"d":[]},"b":1})"},
      {R"({"é":1,"z":2,"":3,"Z":4})", R"({"":3,"Z":4,"z":2,"é":1})"},
      {R"("\u0041\/\u00e9\ud83d\ude00")", R"("A/é😀")"},
      {R"("\b\f\n\r\t\"\\\u0001\u001f\u007f")", "\"\\b\\f\\n\\r\\t\\\"\\\\\\u0001\\u001f\x7f\""},
      {"-0", "0"},
      {"-0.0", "0"},
      {"1.0", "1"},
      {"1e2", "100"},
      {"100000.0", "100000"},
      {"-1e15", "-1000000000000000"},
      {"1e19", "10000000000000000000"},
      {"-9223372036854775808.0", "-9223372036854775808"},
      {"18446744073709551616", "18446744073709551616"},
      {"0.1", "0.1"},
      {"1E400", "refused: Not valid JSON at byte 5: a number is larger than a double can hold."},
      {"1e-400", "0"},
      {"9223372036854775807", "9223372036854775807"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"18446744073709551615", "18446744073709551615"},
      {"18446744073709551616", "18446744073709551616"},
      {"123456789012345678901234567890", "1.2345678901234568e+29"},
      {"1e22", "1e+22"},
      {"5e-324", "5e-324"},
  };
  for (const auto& [given, expected] : cases) EXPECT_EQ(canonical(given), expected) << given;
}

TEST(JsonText, an_object_that_names_a_member_twice_is_refused_at_its_end) {
  EXPECT_EQ(canonical(R"({"a":1,"b":2,"a":3})"),
            "refused: Not valid JSON at byte 18: an object names the member 'a' twice.");
  EXPECT_EQ(canonical(R"([{"x":{"a":1,"\u0061":3}},1])"),
            "refused: Not valid JSON at byte 23: an object names the member 'a' twice.");
  EXPECT_EQ(canonical(R"([{"a":1},{"a":{"a":2}}])"), R"([{"a":1},{"a":{"a":2}}])");
}

TEST(JsonText, errors_say_where_and_never_repeat_the_text) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "Not valid JSON at byte 0: the text ends too early."},
      {R"({"a":)", "Not valid JSON at byte 5: the text ends too early."},
      {R"({"a":})", "Not valid JSON at byte 5: syntax error."},
      {"[1,]", "Not valid JSON at byte 3: syntax error."},
      {"{} x", "Not valid JSON at byte 3: extra data."},
      {"01", "Not valid JSON at byte 1: extra data."},
      {"NaN", "Not valid JSON at byte 0: syntax error."},
      {"// c\n1", "Not valid JSON at byte 0: syntax error."},
      {"\xEF\xBB\xBF{}", "Not valid JSON at byte 0: syntax error."},
  };
  for (const auto& [given, message] : cases) {
    const auto value = parse_json(given);
    ASSERT_FALSE(value) << given;
    EXPECT_EQ(value.error().message, message);
    EXPECT_EQ(value.error().code, ErrorCode::invalid);
    EXPECT_EQ(value.error().reason, "malformed_json");
  }
  for (const auto& bad : {"\"\xff\""s, "\"\xed\xa0\x80\""s, R"("\ud800")"s, R"("\udc00\ud800")"s, "\"\n\""s, "\"\0\""s})
    EXPECT_FALSE(parse_json(bad)) << bad;
}

TEST(JsonText, nests_to_its_bound_and_no_deeper) {
  EXPECT_TRUE(parse_json(nested(request_depth_max)));
  EXPECT_EQ(parse_json(nested(request_depth_max + 1)).error().message,
            "Not valid JSON at byte 34: arrays and objects nest too deep.");
  EXPECT_EQ(canonical(nested(json_depth_max)), nested(json_depth_max));
  EXPECT_EQ(canonical(nested(json_depth_max + 1)), "refused: must not nest deeper than 32 levels");
  EXPECT_FALSE(parse_json(std::string(1'000'000, '['))) << "and in bounded memory and stack";
}

TEST(JsonText, the_character_nul_is_refused_in_strings_and_names) {
  EXPECT_EQ(canonical(R"("a\u0000b")"), "refused: must not hold the character U+0000");
  EXPECT_EQ(canonical(R"({"\u0000":1})"), "refused: must not hold the character U+0000");
}

TEST(JsonText, every_double_survives_the_way_through_text) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 50'000; ++i) {
    const double number = std::bit_cast<double>(random());
    if (!std::isfinite(number)) continue;
    std::string text;
    json_write::append(text, json_write::number_bytes_max,
                       [&](char* at) { return json_write::put_number(at, number); });
    const auto back = parse_json(text);
    ASSERT_TRUE(back) << text;
    ASSERT_EQ(back->to_number<double>(), number) << text;
  }
}

TEST(JsonText, many_members_are_checked_without_quadratic_work) {
  std::string text = "{";
  for (int i = 0; i < 100'000; ++i) text += "\"" + std::to_string(i) + "\":0,";
  EXPECT_TRUE(parse_json(text + "\"last\":0}"));
  EXPECT_FALSE(parse_json(text + "\"0\":0}"));
}

}  // namespace
}  // namespace banyan
