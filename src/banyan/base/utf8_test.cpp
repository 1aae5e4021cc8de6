#include "banyan/base/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace banyan {
namespace {

using namespace std::string_view_literals;

TEST(Utf8, what_rfc_3629_allows_is_valid_wherever_it_stands) {
  for (const auto text : {""sv, "a"sv, "\0"sv, "é"sv, "\xEF\xBF\xBF"sv, "\xF4\x8F\xBF\xBF"sv, "\xED\x9F\xBF"sv,
                          "\xE0\xA0\x80"sv, "\xF0\x90\x80\x80"sv, "日本語"sv})
    for (const auto before : {""sv, "1234567"sv, "12345678"sv, "123456789"sv}) {
      std::string whole(before);
      whole += text;
      EXPECT_TRUE(is_valid_utf8(whole)) << whole;
      EXPECT_TRUE(is_valid_utf8(whole + "tail of more than eight")) << whole;
    }
}

TEST(Utf8, overlong_forms_surrogates_and_torn_code_points_are_not) {
  for (const auto text :
       {"\x80"sv, "\xC0\x80"sv, "\xC1\xBF"sv, "\xE0\x9F\xBF"sv, "\xED\xA0\x80"sv, "\xF0\x8F\xBF\xBF"sv,
        "\xF4\x90\x80\x80"sv, "\xF5\x80\x80\x80"sv, "\xFF"sv, "\xC3"sv, "\xE2\x82"sv, "\xF0\x9F\x98"sv})
    for (const auto before : {""sv, "1234567"sv, "12345678"sv}) {
      std::string whole(before);
      whole += text;
      EXPECT_FALSE(is_valid_utf8(whole)) << whole;
      EXPECT_FALSE(is_valid_utf8(whole + "tail of more than eight")) << whole;
    }
}

TEST(Utf8, a_sequence_is_as_long_as_its_first_code_point) {
  EXPECT_EQ(utf8_sequence_bytes("a日"), 1U);
  EXPECT_EQ(utf8_sequence_bytes("\0a"sv), 1U);
  EXPECT_EQ(utf8_sequence_bytes("éa"), 2U);
  EXPECT_EQ(utf8_sequence_bytes("日a"), 3U);
  EXPECT_EQ(utf8_sequence_bytes("😀a"), 4U);
  EXPECT_EQ(utf8_sequence_bytes(""), 0U);
  EXPECT_EQ(utf8_sequence_bytes("\x97\xA5"), 0U);
}

TEST(Utf8, what_is_ill_formed_can_be_replaced) {
  EXPECT_EQ(well_formed_utf8("a\xc3\xa4z"), "a\xc3\xa4z");
  EXPECT_EQ(well_formed_utf8("a\xc3"), "a\xef\xbf\xbd");
  EXPECT_EQ(well_formed_utf8("\xff\xc3\xa4"), "\xef\xbf\xbd\xc3\xa4");
  EXPECT_EQ(well_formed_utf8(""), "");
}

}  // namespace
}  // namespace banyan
