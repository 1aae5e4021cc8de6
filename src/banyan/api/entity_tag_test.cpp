#include "banyan/api/entity_tag.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace banyan::api {
namespace {

IfMatch if_match(std::string_view header) {
  const std::vector<http::Header> headers{{"If-Match", header}};
  http::Request request;
  request.headers = headers;
  return parse_if_match(request).value_or(IfMatch{IfMatch::Kind::absent, 99});
}

TEST(EntityTag, is_the_version_in_quotes) { EXPECT_EQ(entity_tag(1764000000000000), "\"1764000000000000\""); }

TEST(EntityTag, if_none_match_names_a_version_alone_in_a_list_weakly_or_as_an_asterisk) {
  EXPECT_TRUE(none_match_names("\"7\"", 7));
  EXPECT_TRUE(none_match_names("W/\"7\"", 7));
  EXPECT_TRUE(none_match_names("\"a\" , \"7\"", 7));
  EXPECT_TRUE(none_match_names(" * ", 7));
  EXPECT_FALSE(none_match_names("\"77\"", 7));
  EXPECT_FALSE(none_match_names("7", 7));
  EXPECT_FALSE(none_match_names("\"7", 7));
  EXPECT_FALSE(none_match_names("\"a\" \"7\"", 7));
  EXPECT_FALSE(none_match_names("", 7));
}

TEST(EntityTag, if_match_takes_one_strong_tag_of_ours) {
  EXPECT_EQ(if_match("\"7\"").kind, IfMatch::Kind::version);
  EXPECT_EQ(if_match("\"7\"").version, 7U);
  EXPECT_EQ(if_match("*").kind, IfMatch::Kind::any);
}

TEST(EntityTag, if_match_never_holds_for_a_tag_that_no_record_has) {
  for (const char* header : {"W/\"7\"", "\"abc\"", "\"07\"", "\"0\"", "\"\"", "\"99999999999999999999999\"", "\"7 \""})
    EXPECT_EQ(if_match(header).kind, IfMatch::Kind::never) << header;
}

TEST(EntityTag, if_match_refuses_what_is_not_one_tag) {
  for (const char* header : {"7", "\"7\", \"8\"", "\"7", "", "\"7\"x"})
    EXPECT_EQ(if_match(header).version, 99U) << header;
}

}  // namespace
}  // namespace banyan::api
