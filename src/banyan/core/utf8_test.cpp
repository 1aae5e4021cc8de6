#include "banyan/core/utf8.hpp"

#include <gtest/gtest.h>

namespace banyan {
namespace {

TEST(CodePoints, lengths_are_code_points_and_prefixes_cut_none) {
  EXPECT_EQ(count_code_points("aé日😀"), 4U);
  EXPECT_EQ(utf8_prefix("aé日", 6), "aé日");
  EXPECT_EQ(utf8_prefix("aé日", 5), "aé");
  EXPECT_EQ(utf8_prefix("aé日", 2), "a");
  EXPECT_EQ(utf8_prefix("日", 2), "");
}

}  // namespace
}  // namespace banyan
