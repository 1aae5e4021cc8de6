#include "banyan/core/saved_query_text.hpp"

#include <gtest/gtest.h>

namespace banyan {
namespace {

// Parameters in angle brackets, or what keeps the text from being read.
std::string shown(std::string_view text, SqlDialect dialect) {
  const ReadStatement read = read_statement(text, dialect);
  if (!read.problem.empty()) return "refused: " + read.problem;
  return read.with([](std::string_view name) { return "<" + std::string(name) + ">"; });
}
std::string in_sqlite(std::string_view text) { return shown(text, SqlDialect::sqlite); }
std::string in_postgres(std::string_view text) { return shown(text, SqlDialect::postgres); }

TEST(SavedQueryText, has_parameters_wherever_a_value_can_stand) {
  for (const auto& read : {in_sqlite, in_postgres}) {
    EXPECT_EQ(read("SELECT :a,(:b)+:a"), "SELECT <a>,(<b>)+<a>");
    EXPECT_EQ(read(":only_one2"), "<only_one2>");
    EXPECT_EQ(read("none"), "none");
    EXPECT_EQ(read(""), "");
  }
}

TEST(SavedQueryText, has_none_in_texts_names_and_comments) {
  for (const auto& read : {in_sqlite, in_postgres})
    for (const auto* text : {"':a'", "'it''s :a'", "\":a\"", "-- :a\n", "-- :a", "/* :a */", "'\\'", "a /* ' */"})
      EXPECT_EQ(read(text), text);
  EXPECT_EQ(in_sqlite("`:a`"), "`:a`");
}

TEST(SavedQueryText, goes_on_behind_what_hides_them) {
  for (const auto& read : {in_sqlite, in_postgres}) {
    EXPECT_EQ(read("':x' :a"), "':x' <a>");
    EXPECT_EQ(read("-- it's\n:a"), "-- it's\n<a>");
    EXPECT_EQ(read("'a''':a"), "'a'''<a>");
  }
}

TEST(SavedQueryText, knows_a_cast_and_a_slice) {
  EXPECT_EQ(in_postgres("x::text, :a::int, y[1 : 2]"), "x::text, <a>::int, y[1 : 2]");
}

TEST(SavedQueryText, knows_what_only_postgresql_quotes) {
  EXPECT_EQ(in_postgres("$$ :a $$ :b"), "$$ :a $$ <b>");
  EXPECT_EQ(in_postgres("$x$ :a $$ $x$ :b"), "$x$ :a $$ $x$ <b>");
  EXPECT_EQ(in_postgres(R"(E'\' :a' :b)"), R"(E'\' :a' <b>)");
  EXPECT_EQ(in_postgres("/* /* */ :a */ :b"), "/* /* */ :a */ <b>");
  EXPECT_EQ(in_sqlite("/* /* */ :a"), "/* /* */ <a>");
}

TEST(SavedQueryText, refuses_what_has_no_end) {
  for (const auto& read : {in_sqlite, in_postgres})
    for (const auto* text : {"'a", "\"a", "/* a"}) EXPECT_TRUE(read(text).starts_with("refused: a quote")) << text;
  EXPECT_TRUE(in_postgres("$a$ b").starts_with("refused: a quote"));
}

TEST(SavedQueryText, refuses_what_changes_the_transaction_or_the_connection) {
  for (const auto& read : {in_sqlite, in_postgres})
    for (const auto* text : {"BEGIN", " commit;", "-- x\n Rollback", "/* a */savepoint s", "PRAGMA x", "set a = 1"})
      EXPECT_TRUE(read(text).starts_with("refused: each call")) << text;
  EXPECT_EQ(in_sqlite("SELECT 1 AS begin"), "SELECT 1 AS begin");
  EXPECT_EQ(in_sqlite("WITH commits AS (SELECT 1) SELECT :a"), "WITH commits AS (SELECT 1) SELECT <a>");
}

TEST(SavedQueryText, refuses_parameters_that_nobody_would_fill_in) {
  for (const auto* text : {"?", "?1", "@a", "$a"}) EXPECT_TRUE(in_sqlite(text).starts_with("refused: param")) << text;
  EXPECT_TRUE(in_postgres("$1").starts_with("refused: param"));
  EXPECT_EQ(in_postgres("a @> b ? 'c'"), "a @> b ? 'c'");
}

}  // namespace
}  // namespace banyan
