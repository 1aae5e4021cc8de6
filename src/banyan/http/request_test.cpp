#include "banyan/http/request.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace banyan::http {
namespace {

TEST(PercentDecode, decodes_escapes_and_plus_where_asked) {
  EXPECT_EQ(percent_decode("a%20b+c", false), "a b+c");
  EXPECT_EQ(percent_decode("a%20b+c%2B", true), "a b c+");
  EXPECT_EQ(percent_decode("", true), "");
  EXPECT_EQ(percent_decode("%F0%9F%8C%B3", false), "\xf0\x9f\x8c\xb3");
}

TEST(PercentDecode, refuses_what_is_no_text) {
  for (const char* text : {"%", "%a", "%g0", "a%0", "%00", "%80", "%c0%80", "%e0%80%80", "%ed%a0%80", "%f4%90%80%80",
                           "%f5%80%80%80", "%e2%82", "%c3x"}) {
    EXPECT_FALSE(percent_decode(text, false)) << text;
  }
}

TEST(ParseQuery, keeps_parameters_in_order_with_repetitions) {
  const auto parameters = parse_query("age=gte.18&&name=a%26b+c&age=lt.30&flag&empty=&a=b=c");
  ASSERT_TRUE(parameters);
  std::string text;
  for (const QueryParameter& parameter : *parameters) text += parameter.name + "=" + parameter.value + ";";
  EXPECT_EQ(text, "age=gte.18;name=a&b c;age=lt.30;flag=;empty=;a=b=c;");
}

TEST(ParseQuery, refuses_a_malformed_parameter) {
  EXPECT_FALSE(parse_query("a=1&b=%zz"));
  EXPECT_FALSE(parse_query("%ff=1"));
  EXPECT_TRUE(parse_query("")->empty());
}

TEST(Request, puts_the_lines_of_a_list_together) {
  const std::vector<Header> headers{{"Accept", ""}, {"If-Match", "\"1\""}, {"accept", "a"}, {"ACCEPT", "b, c"}};
  Request request;
  request.headers = headers;
  std::string joined;
  EXPECT_EQ(request.list("Accept", joined), "a, b, c");
  joined.clear();
  EXPECT_EQ(request.list("if-match", joined), "\"1\"");
  EXPECT_EQ(joined, "") << "one line is not copied";
  EXPECT_FALSE(request.list("If-None-Match", joined));
}

TEST(Request, finds_the_first_header_whatever_its_case) {
  const Header headers[] = {{"Accept", "a"}, {"X-A", "1"}, {"x-a", "2"}};
  Request request;
  request.headers = headers;
  EXPECT_EQ(request.header("X-a"), "1");
  EXPECT_FALSE(request.header("X-"));
}

}  // namespace
}  // namespace banyan::http
