#include "banyan/http/entity_tags.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace banyan::http {
namespace {

TEST(EntityTags, if_none_match_names_a_tag_alone_in_a_list_weakly_or_as_an_asterisk) {
  EXPECT_TRUE(none_match_names("\"7\"", "\"7\""));
  EXPECT_TRUE(none_match_names("W/\"7\"", "\"7\""));
  EXPECT_TRUE(none_match_names("\"a\" , \"7\"", "\"7\""));
  EXPECT_TRUE(none_match_names(" * ", "\"7\""));
  EXPECT_TRUE(none_match_names(",\"a\",, W/\"7\",", "\"7\""));
  EXPECT_FALSE(none_match_names("\"77\"", "\"7\""));
  EXPECT_FALSE(none_match_names("7", "\"7\""));
  EXPECT_FALSE(none_match_names("\"7", "\"7\""));
  EXPECT_FALSE(none_match_names("\"a\" \"7\"", "\"7\""));
  EXPECT_FALSE(none_match_names("", "\"7\""));
}

TEST(EntityTags, if_none_match_may_stand_in_several_lines) {
  const std::vector<Header> headers{{"If-None-Match", "\"x\""}, {"if-none-match", "W/\"9\""}};
  Request request;
  request.headers = headers;
  EXPECT_TRUE(none_match_names(request, "\"9\""));
  EXPECT_FALSE(none_match_names(request, "\"8\""));
  EXPECT_FALSE(none_match_names(Request{}, "\"9\""));
}

}  // namespace
}  // namespace banyan::http
