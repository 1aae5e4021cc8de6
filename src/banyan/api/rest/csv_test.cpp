#include "banyan/api/rest/csv.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace banyan::api::rest {
namespace {

using testing::ElementsAre;
using testing::Eq;

constexpr std::size_t many = 1000;

TEST(Csv, has_names_in_the_first_line_and_a_record_in_each_other) {
  const auto table = parse_csv("name,age\r\nAlice,30\nBob,\r\n", many);
  ASSERT_TRUE(table);
  EXPECT_THAT(table->columns, ElementsAre("name", "age"));
  EXPECT_THAT(table->rows, ElementsAre(ElementsAre(Eq("Alice"), Eq("30")), ElementsAre(Eq("Bob"), Eq(std::nullopt))));
}

TEST(Csv, takes_commas_quotes_and_line_breaks_between_quotes) {
  const auto table = parse_csv("\"a\",b\n\"x, \"\"y\"\"\nz\",1", many);
  ASSERT_TRUE(table);
  EXPECT_THAT(table->rows, ElementsAre(ElementsAre(Eq("x, \"y\"\nz"), Eq("1"))));
}

TEST(Csv, tells_null_from_empty_text_by_quotes) {
  const auto table = parse_csv(
      "\xEF\xBB\xBF"
      "a,b,c,d\nNULL,,\"\",\"NULL\"",
      many);
  ASSERT_TRUE(table);
  EXPECT_THAT(table->columns.front(), "a");
  EXPECT_THAT(table->rows[0], ElementsAre(Eq(std::nullopt), Eq(std::nullopt), Eq(""), Eq("NULL")));
}

TEST(Csv, that_is_malformed_is_refused_with_its_line) {
  for (const std::string_view text :
       {"", "a,,b\n1,2,3", "a,a\n1,2", "a,b\n1", "a\n\"1", "a\n\"1\"2", "a\nx\"y", "a\n1\r2", "a\n\xff"}) {
    const auto refused = parse_csv(text, many);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().reason, "malformed_csv") << text;
  }
  EXPECT_THAT(parse_csv("a\n\"1\n2\"\n\"", many).error().message, testing::HasSubstr("Line 4"));
}

TEST(Csv, of_too_many_lines_is_too_large) {
  EXPECT_TRUE(parse_csv("a\n1\n2\n", 2));
  EXPECT_EQ(parse_csv("a\n1\n2\n3\n", 2).error().code, ErrorCode::too_large);
}

TEST(Csv, that_is_written_reads_back_the_same) {
  for (const std::string_view text :
       {"plain", "", "NULL", "with, comma", "with \"quotes\"", "two\nlines", "cr\r", " "}) {
    std::string out = "a\n";
    append_csv_field(out, text);
    const auto table = parse_csv(out, many);
    ASSERT_TRUE(table) << out;
    EXPECT_THAT(table->rows, ElementsAre(ElementsAre(Eq(text)))) << out;
  }
  std::string marked;
  append_csv_field(marked, "\xEF\xBB\xBFname");
  EXPECT_THAT(parse_csv(marked, many)->columns, ElementsAre("\xEF\xBB\xBFname"));
}

}  // namespace
}  // namespace banyan::api::rest
