#include "banyan/api/entity_tag.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace banyan::api {
namespace {

// The versions, "any", or "refused".
std::string if_match(std::string_view header) {
  const std::vector<http::Header> headers{{"If-Match", header}};
  http::Request request;
  request.headers = headers;
  const auto asked = parse_if_match(request);
  if (!asked) return "refused";
  if (asked->kind == IfMatch::Kind::any) return "any";
  std::string versions;
  for (const Version version : asked->versions) versions += std::to_string(version) + " ";
  return versions;
}

TEST(EntityTag, is_the_version_in_quotes) { EXPECT_EQ(entity_tag(1764000000000000), "\"1764000000000000\""); }

TEST(EntityTag, if_match_may_stand_in_several_lines) {
  const std::vector<http::Header> headers{{"If-Match", "\"7\""}, {"if-match", "\"8\""}};
  http::Request request;
  request.headers = headers;
  EXPECT_EQ(parse_if_match(request)->versions, (std::vector<Version>{7, 8}));
}

TEST(EntityTag, if_match_takes_one_strong_tag_of_ours_or_a_list_of_them) {
  EXPECT_EQ(if_match("\"7\""), "7 ");
  EXPECT_EQ(if_match("\"8\", \"7\",\"8\""), "7 8 ") << "in the order of versions, each once";
  EXPECT_EQ(if_match(" , \"7\" ,, \"a,b\""), "7 ") << "an element may be empty, and a tag hold a comma";
  EXPECT_EQ(if_match("*"), "any");
}

TEST(EntityTag, if_match_never_holds_for_a_tag_that_no_record_has) {
  for (const char* header : {"W/\"7\"", "\"abc\"", "\"07\"", "\"0\"", "\"\"", "\"99999999999999999999999\"", "\"7 \""})
    EXPECT_EQ(if_match(header), "") << header;
  EXPECT_EQ(if_match("W/\"7\", \"8\""), "8 ") << "the strong one of a list counts";
}

TEST(EntityTag, if_match_refuses_what_is_no_list_of_tags) {
  for (const char* header : {"7", "\"7\", 8", "\"7", "", " ", ",", "\"7\"x", "\"7\" \"8\"", "\"7\", *", "w/\"7\""})
    EXPECT_EQ(if_match(header), "refused") << header;
  std::string many = "\"7\"";
  for (std::size_t i = 1; i < IfMatch::tags_max; ++i) many += ", \"7\"";
  EXPECT_EQ(if_match(many), "7 ");
  EXPECT_EQ(if_match(many + ", \"7\""), "refused");
}

}  // namespace
}  // namespace banyan::api
