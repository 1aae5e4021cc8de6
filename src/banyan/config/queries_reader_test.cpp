#include <gtest/gtest.h>

#include "banyan/config/config.hpp"

namespace banyan::config {
namespace {

constexpr std::string_view collections = "[collections.users]\nfields.name = { type = \"text\" }\n";

std::string problems_of(const std::string& text, const Environment& environment = {}) {
  const auto config = load_text(std::string(collections) + text, "banyan.toml", environment);
  if (config) return "";
  std::string lines;
  for (const Problem& problem : config.error()) lines += std::to_string(problem.line) + ": " + problem.message + "\n";
  return lines;
}

TEST(SavedQueriesOfTheConfig, are_read_with_their_parameters_and_columns) {
  const auto config = load_text(std::string(collections) +
                                    "[queries.top]\n"
                                    "sqlite = \"SELECT :least\"\n"
                                    "postgres = \"SELECT :least::int\"\n"
                                    "params.least = { type = \"integer\", default = 3, min = 1 }\n"
                                    "returns = { id = \"integer\", at = \"timestamp\" }\n"
                                    "access = \"anyone\"\n",
                                "banyan.toml", {});
  ASSERT_TRUE(config.has_value());
  ASSERT_EQ(config->queries.size(), 1U);
  const SavedQuery& query = config->queries.front();
  EXPECT_EQ(query.name, "top");
  EXPECT_EQ(query.postgres, "SELECT :least::int");
  ASSERT_EQ(query.parameters.size(), 1U);
  EXPECT_EQ(query.parameters[0].name, "least");
  EXPECT_EQ(query.parameters[0].storage, Field::Storage::integer);
  EXPECT_EQ(query.parameters[0].default_value->value, Value(std::int64_t{3}));
  ASSERT_EQ(query.columns.size(), 2U);
  EXPECT_EQ(query.columns[1].type, FieldType::timestamp);
  EXPECT_EQ(query.access, Access::anyone);
  EXPECT_FALSE(query.writes);
}

TEST(SavedQueriesOfTheConfig, are_closed_unless_opened_and_may_be_the_same_for_both_databases) {
  const auto config =
      load_text(std::string(collections) + "[queries.one]\nsql = \"SELECT 1 AS a\"\nreturns.a = \"integer\"\n",
                "banyan.toml", {});
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->queries[0].access, Access::nobody);
  EXPECT_EQ(config->queries[0].sqlite, config->queries[0].postgres);
}

TEST(SavedQueriesOfTheConfig, are_refused_with_the_place_and_what_is_wrong) {
  struct Case {
    const char* text;
    const char* problem;
  };
  const Case cases[] = {
      {"[queries]\nq = 1\n", "4: queries.q: a saved query is a table\n"},
      {"[queries.q]\n", "3: queries.q: there is no statement\n"},
      {"[queries.Q]\nsql = \"SELECT 1\"\n",
       "3: queries.Q: the name must be of lower-case letters, digits and _, beginning with a letter\n"},
      {"[queries.q]\nquery = \"SELECT 1\"\n",
       "3: queries.q: there is no statement\n4: unknown key 'query', did you mean 'sql'?\n"},
      {"[queries.q]\nsql = 1\n", "4: queries.q: sql must be a statement in quotes\n"},
      {"[queries.q]\nsql = \"SELECT :sinc\"\nparams.since = \"date\"\n",
       "4: queries.q: unknown parameter :sinc, did you mean 'since'?\n"},
      {"[queries.q]\nsql = \"SELECT 1\"\nparams.since = \"date\"\n",
       "4: queries.q: the parameter :since does not stand in the statement\n"},
      {"[queries.q]\nsqlite = \"SELECT ?1\"\n", "4: queries.q: parameters are written :name, not ?\n"},
      {"[queries.q]\nsql = \"SELECT 'a\"\n", "4: queries.q: a quote or a comment has no end\n"},
      {"[queries.q]\nsql = \"SELECT :a\"\nparams.a = \"strng\"\n",
       "5: queries.q: unknown type 'strng', did you mean 'text'?\n"},
      {"[queries.q]\nsql = \"SELECT :a\"\nparams.a = { type = \"text\", min = 1 }\n",
       "5: queries.q: a: min: only integer, number, timestamp and date have a range, not a text\n"},
      {"[queries.q]\nsql = \"SELECT :limit\"\nparams.limit = \"integer\"\n",
       "5: queries.q: a parameter cannot be called 'limit'\n"},
      {"[queries.q]\nsql = \"SELECT :a\"\nparams.a = { type = \"reference\", to = \"users\" }\n",
       "5: queries.q: a cannot be a reference\n"},
      {"[queries.q]\nsql = \"SELECT 1\"\nreturns = { \"\" = \"integer\" }\n", "5: queries.q: a column needs a name\n"},
      {"[queries.q]\nsql = \"SELECT 1\"\nreturns.x = { type = \"text\", read = \"nobody\", max_length = 3 }\n",
       "5: queries.q: x: unknown key 'read'\n5: queries.q: x: unknown key 'max_length'\n"},
      {"[queries.q]\nsql = \"SELECT :a\"\nparams.a = { type = \"text\", unique = true, required = true }\n",
       "5: queries.q: a: unknown key 'unique'\n"},
      {"[queries.q]\nsql = \"SELECT 1\"\nwrites = \"yes\"\n", "5: queries.q: writes must be true or false\n"},
      {"[queries.q]\npostgres = \"SELECT 1\"\n", "3: queries.q: there is no statement for the database in use\n"},
  };
  for (const auto& [text, problem] : cases) EXPECT_EQ(problems_of(text), problem) << text;
}

TEST(SavedQueriesOfTheConfig, are_refused_at_the_place_within_the_statement_that_is_wrong) {
  struct Case {
    const char* text;
    std::size_t line;
    std::size_t column;
  };
  const Case cases[] = {
      {"[queries.q]\nsqlite = \"SELECT :a\"\npostgres = \"SELECT 1\"\n", 4, 18},
      {"[queries.q]\nsqlite = \"SELECT 1\"\npostgres = \"SELECT $1\"\n", 5, 20},
      {"[queries.q]\nsqlite = \"SELECT 1\"\nsql = \"SELECT $1\"\n", 5, 15},
      {"[queries.q]\nsql = \"\"\"\nSELECT :a,\n  :b\"\"\"\nparams.a = \"text\"\n", 6, 3},
      {"[queries.q]\nsql = '''\nSELECT 1,\n \"a'''\n", 6, 2},
      {"[queries.q]\nsql = '''\n\n  COPY a TO STDOUT'''\n", 6, 3},
  };
  for (const auto& [text, line, column] : cases) {
    const auto config = load_text(std::string(collections) + text, "banyan.toml", {});
    ASSERT_FALSE(config) << text;
    EXPECT_EQ(config.error().front().line, line) << text << config.error().front().message;
    EXPECT_EQ(config.error().front().column, column) << text;
  }
}

TEST(SavedQueriesOfTheConfig, need_a_statement_for_the_database_that_is_used) {
  const Environment postgres{{"DATABASE_URL", "postgres://app@db/app"}};
  EXPECT_EQ(problems_of("[queries.q]\nsqlite = \"SELECT 1\"\n", postgres),
            "3: queries.q: there is no statement for the database in use\n");
  EXPECT_EQ(problems_of("[queries.q]\nsql = \"SELECT 1\"\n", postgres), "");
}

TEST(SavedQueriesOfTheConfig, may_have_a_rule_over_the_viewer_and_none_over_a_record) {
  const std::string query = "[queries.q]\nsql = \"SELECT 1\"\naccess = ";
  EXPECT_EQ(problems_of(query + "\"viewer.role == 'admin'\"\n"), "");
  EXPECT_EQ(problems_of(query + "\"record.name == 'admin'\"\n"), "5: queries.q: access: there is no record here\n");
  const auto wrong =
      load_text(std::string(collections) + query + "'''viewer.is_user &&\r\n\r\n x == 1'''\n", "banyan.toml", {});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().front().line, 7U);
  EXPECT_EQ(wrong.error().front().column, 2U);
}

}  // namespace
}  // namespace banyan::config
