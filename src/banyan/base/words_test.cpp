#include "banyan/base/words.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace banyan {
namespace {

const std::vector<std::string_view> words{"text", "integer", "number", "boolean", "timestamp"};

TEST(NearestWord, forgives_a_slip_of_the_finger) {
  EXPECT_EQ(nearest_word("tetx", words), "text");
  EXPECT_EQ(nearest_word("intger", words), "integer");
  EXPECT_EQ(nearest_word("timestmap", words), "timestamp");
}

TEST(NearestWord, says_nothing_when_nothing_is_near) {
  EXPECT_EQ(nearest_word("geometry", words), std::nullopt);
  EXPECT_EQ(nearest_word("", words), std::nullopt);
  EXPECT_EQ(nearest_word(std::string(1000, 'x'), words), std::nullopt);
}

TEST(NearestWord, is_neither_the_word_itself_nor_one_that_shares_nothing_with_it) {
  EXPECT_EQ(nearest_word("text", std::vector<std::string_view>{"text"}), std::nullopt);
  EXPECT_EQ(nearest_word("b", std::vector<std::string_view>{"a"}), std::nullopt);
}

TEST(NearestWord, is_put_as_a_question) {
  EXPECT_EQ(did_you_mean("boolan", words), ", did you mean 'boolean'?");
  EXPECT_EQ(did_you_mean("geometry", words), "");
}

}  // namespace
}  // namespace banyan
