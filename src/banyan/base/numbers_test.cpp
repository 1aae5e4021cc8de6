#include "banyan/base/numbers.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace banyan {
namespace {

TEST(Numbers, are_read_from_a_text_that_is_nothing_else) {
  EXPECT_EQ(parse_whole<std::uint16_t>("65535"), 65535);
  EXPECT_EQ(parse_whole<std::int64_t>("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(parse_whole<unsigned>("007"), 7U);
  EXPECT_EQ(parse_whole<std::uint32_t>("fF", 16), 255U);
  for (const char* other : {"", "-", " 1", "1 ", "+1", "1a", "1.0", "0x1"})
    EXPECT_EQ(parse_whole<std::int64_t>(other), std::nullopt) << other;
}

TEST(Numbers, that_do_not_fit_are_not_read) {
  EXPECT_EQ(parse_whole<std::uint16_t>("65536"), std::nullopt);
  EXPECT_EQ(parse_whole<std::uint64_t>("-1"), std::nullopt);
  EXPECT_EQ(parse_whole<std::int64_t>("9223372036854775808"), std::nullopt);
  EXPECT_EQ(parse_whole<std::uint32_t>("100000000", 16), std::nullopt);
}

TEST(Numbers, have_sixteen_hexadecimal_digits) {
  EXPECT_EQ(hex16(0), "0000000000000000");
  EXPECT_EQ(hex16(0x0123456789abcdef), "0123456789abcdef");
  EXPECT_EQ(parse_whole<std::uint64_t>(hex16(~std::uint64_t{0}), 16), ~std::uint64_t{0});
}

}  // namespace
}  // namespace banyan
