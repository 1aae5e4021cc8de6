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
    EXPECT_EQ(read("none"), "none");
    EXPECT_EQ(read("VALUES (:only_one2)"), "VALUES (<only_one2>)");
  }
}

TEST(SavedQueryText, has_none_in_texts_names_and_comments) {
  for (const auto& read : {in_sqlite, in_postgres})
    for (const auto* text :
         {"x ':a'", "x 'it''s :a'", "x \":a\"", "x -- :a\n", "x -- :a", "x /* :a */", "x '\\'", "a /* ' */"})
      EXPECT_EQ(read(text), text);
  EXPECT_EQ(in_sqlite("x `:a`"), "x `:a`");
  EXPECT_EQ(in_sqlite("x [it's:a] :b"), "x [it's:a] <b>");
  EXPECT_EQ(in_postgres("x [1:a] :b"), "x [1<a>] <b>");
}

TEST(SavedQueryText, goes_on_behind_what_hides_them) {
  for (const auto& read : {in_sqlite, in_postgres}) {
    EXPECT_EQ(read("x ':x' :a"), "x ':x' <a>");
    EXPECT_EQ(read("x -- it's\n:a"), "x -- it's\n<a>");
    EXPECT_EQ(read("x 'a''':a"), "x 'a'''<a>");
  }
}

TEST(SavedQueryText, knows_a_cast_and_a_slice) {
  EXPECT_EQ(in_postgres("x::text, :a::int, y[1 : 2]"), "x::text, <a>::int, y[1 : 2]");
}

TEST(SavedQueryText, knows_what_only_postgresql_quotes) {
  EXPECT_EQ(in_postgres("x $$ :a $$ :b"), "x $$ :a $$ <b>");
  EXPECT_EQ(in_postgres("x $x$ :a $$ $x$ :b"), "x $x$ :a $$ $x$ <b>");
  EXPECT_EQ(in_postgres(R"(E'\' :a' :b)"), R"(E'\' :a' <b>)");
  EXPECT_EQ(in_postgres("x /* /* */ :a */ :b"), "x /* /* */ :a */ <b>");
  EXPECT_EQ(in_sqlite("x /* /* */ :a"), "x /* /* */ <a>");
}

TEST(SavedQueryText, refuses_what_has_no_end) {
  for (const auto& read : {in_sqlite, in_postgres})
    for (const auto* text : {"'a", "\"a", "/* a"}) EXPECT_TRUE(read(text).starts_with("refused: a quote")) << text;
  EXPECT_TRUE(in_postgres("$a$ b").starts_with("refused: a quote"));
  EXPECT_TRUE(in_sqlite("[a").starts_with("refused: a quote"));
}

TEST(SavedQueryText, refuses_what_is_no_statement) {
  for (const auto& read : {in_sqlite, in_postgres})
    for (const auto* text : {"", "-- SELECT 1", "/* SELECT 1 */;", " ; \n"})
      EXPECT_EQ(read(text), "refused: there is no statement in it") << text;
}

TEST(SavedQueryText, refuses_copies_whose_rows_are_no_answer) {
  for (const auto& read : {in_sqlite, in_postgres})
    for (const auto* text : {"COPY (SELECT 1 AS x) TO STDOUT", "/* a */ copy a FROM STDIN"})
      EXPECT_TRUE(read(text).contains("are no rows of an answer")) << read(text);
  EXPECT_EQ(in_postgres("SELECT copy FROM x"), "SELECT copy FROM x");
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
