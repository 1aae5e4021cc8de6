#include "banyan/observe/escape.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace banyan::observe {
namespace {

std::string ascii_of(std::string_view text) {
  std::string out(text.size() * max_escaped_bytes, '\0');
  out.resize(static_cast<std::size_t>(append_escaped_ascii(out.data(), text) - out.data()));
  return out;
}

TEST(Escape, every_byte_at_every_place_of_any_length_stays_one_json_string_of_ascii) {
  for (std::size_t length = 1; length < 40; ++length) {
    for (std::size_t place = 0; place < length; ++place) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(length, 'x');
        text[place] = static_cast<char>(byte);
        const std::string escaped = ascii_of(text);
        EXPECT_EQ(escaped.size() > length, needs_escape(text[place])) << byte << " at " << place << " of " << length;
        for (const char c : escaped) ASSERT_TRUE(c >= 0x20 && c < 0x7f);
        if (byte < 0x80) ASSERT_EQ(std::string(boost::json::parse('"' + escaped + '"').as_string()), text);
      }
    }
  }
}

TEST(Escape, bytes_that_are_not_ascii_become_percent_escapes) { EXPECT_EQ(ascii_of("caf\xc3\xa9"), "caf%C3%A9"); }

TEST(Escape, readable_text_keeps_what_is_utf8) {
  EXPECT_EQ(json_escaped("Zürich – 東京 😀"), "Zürich – 東京 😀");
  EXPECT_EQ(json_escaped("a\"b\\c\nd\te"), "a\\\"b\\\\c\\nd\\u0009e");
}

TEST(Escape, what_a_viewer_may_take_for_the_end_of_a_line_is_escaped) {
  EXPECT_EQ(json_escaped("\r \xc2\x85 \xe2\x80\xa8 \xe2\x80\xa9 \x7f"), "\\u000d \\u0085 \\u2028 \\u2029 \\u007f");
  EXPECT_EQ(json_escaped("\xe2\x80\xaetxt.exe"), "\\u202etxt.exe");
  EXPECT_EQ(json_escaped("\x1b[31m"), "\\u001b[31m");
}

TEST(Escape, what_is_not_utf8_becomes_the_replacement_character) {
  EXPECT_EQ(json_escaped("a\xff"), "a\\ufffd");
  EXPECT_EQ(json_escaped("\xc0\x8a"), "\\ufffd\\ufffd");             // An overlong line feed.
  EXPECT_EQ(json_escaped("\xe2\x80"), "\\ufffd\\ufffd");             // Cut short.
  EXPECT_EQ(json_escaped("\xed\xa0\x80"), "\\ufffd\\ufffd\\ufffd");  // A surrogate.
  EXPECT_EQ(json_escaped("\xf4\x90\x80\x80x").substr(24), "x");      // Past U+10FFFF.
}

}  // namespace
}  // namespace banyan::observe
