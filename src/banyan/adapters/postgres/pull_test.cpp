// An existing database as a config. tests/scenarios serves what comes out.
#include "banyan/adapters/postgres/pull.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "banyan/adapters/postgres/pull_expressions.hpp"
#include "banyan/adapters/postgres/schema_test_support.hpp"

namespace banyan::postgres {
namespace {

using namespace schema_testing;  // NOLINT: the words of these tests
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string pulled(const TestDatabase& database, bool triggers = true) {
  Connection connection = database.connect();
  auto text = pull(connection, {.app_name = "shop", .url = "postgres://db/shop", .triggers = triggers});
  return text ? *text : text.error().message + text.error().detail;
}

TEST(Pull, writes_the_table_of_the_guide) {
  TestDatabase database;
  database.run("CREATE TABLE users (id BIGSERIAL PRIMARY KEY, name TEXT NOT NULL)");
  EXPECT_THAT(pulled(database),
              HasSubstr("\n[collections.users]\nfields.name = { type = \"text\", required = true }\n"));
  EXPECT_THAT(pulled(database), Not(HasSubstr("cache")));
  EXPECT_THAT(pulled(database, false), HasSubstr("required = true }\ncache = \"off\""));
}

TEST(Pull, says_keys_enums_checks_defaults_and_indexes) {
  TestDatabase database;
  database.run(R"sql(
    CREATE TYPE mood AS ENUM ('sad', 'it''s "ok"', 'glad');
    CREATE TABLE users (
      id uuid PRIMARY KEY,
      email varchar(200) UNIQUE,
      mood mood NOT NULL DEFAULT 'glad',
      role text NOT NULL DEFAULT 'member' CHECK (role IN ('member', 'admin')),
      kind varchar CHECK (kind IN ('a')),
      age integer CHECK (age >= 0 AND age <= 150) DEFAULT 18,
      odd integer CHECK (odd % 2 = 1),
      price numeric(10,2) DEFAULT -1.5,
      seen timestamp DEFAULT now(),
      extra jsonb NOT NULL DEFAULT '{}',
      on_list boolean DEFAULT true,
      token uuid DEFAULT gen_random_uuid(),
      created_at timestamptz NOT NULL DEFAULT now());
    CREATE TABLE orders (
      id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      buyer uuid NOT NULL REFERENCES users ON DELETE CASCADE,
      "agent" uuid REFERENCES users (id) ON DELETE SET NULL,
      parent integer REFERENCES orders ON DELETE RESTRICT,
      number_of integer,
      twice integer GENERATED ALWAYS AS (number_of * 2) STORED,
      "Shipped To" text,
      body bytea,
      tags text[]);
    CREATE INDEX by_buyer ON orders (buyer, number_of);
    CREATE UNIQUE INDEX once ON orders (buyer, parent);
    CREATE INDEX few ON orders (agent) WHERE agent IS NOT NULL;
    CREATE VIEW rich AS SELECT * FROM users;
  )sql");
  const std::string text = pulled(database);
  for (
      const char* line :
      {"[collections.users]\nid = \"uuid\"\n",
       "fields.email = { type = \"text\", unique = true, max_length = 200 }\n",
       R"(fields.mood = { type = "enum", required = true, values = ["sad", "it's \"ok\"", "glad"], default = "glad" })",
       R"(fields.role = { type = "enum", required = true, values = ["member", "admin"], default = "member" })",
       R"(fields.kind = { type = "enum", values = ["a"] })",
       "fields.age = { type = \"integer\", min = 0, max = 150, default = 18 }\n",
       "# odd has a rule that the database alone keeps: CHECK (((odd % 2) = 1))\nfields.odd = { type = \"integer\" }\n",
       "fields.price = { type = \"number\", default = -1.5 }  # numeric(10,2) in the database",
       "fields.seen = { type = \"timestamp\", default = \"now\" }  # has no time zone",
       "fields.extra = { type = \"json\", required = true, default = {} }\n",
       "fields.on_list = { type = \"boolean\", default = true }\n",
       "fields.token = { type = \"uuid\" }  # the database's default is not used: gen_random_uuid()\n",
       "\ncreated_at = true\n",
       "fields.buyer = { type = \"reference\", to = \"users\", on_delete = \"cascade\", required = true }\n",
       "fields.agent = { type = \"reference\", to = \"users\", on_delete = \"set_null\" }\n",
       "fields.parent = { type = \"reference\", to = \"orders\" }\n",
       "# The column twice is not served: the type",
       "# The column Shipped To is not served: names",
       "# The column body is not served: the type bytea",
       "# The column tags is not served: the type text[]",
       "  { fields = [\"buyer\", \"number_of\"] },\n",
       "  { fields = [\"buyer\", \"parent\"], unique = true },\n",
       "# The index few stays as it is",
       "# The view rich is not served"})
    EXPECT_THAT(text, HasSubstr(line));
}

TEST(Pull, tells_why_a_table_cannot_be_served) {
  TestDatabase database;
  database.run(R"sql(
    CREATE TABLE keyless (name text);
    CREATE TABLE pairs (a bigint, b bigint, PRIMARY KEY (a, b));
    CREATE TABLE named (name text PRIMARY KEY);
    CREATE TABLE texts (id text PRIMARY KEY);
    CREATE TABLE unnumbered (id bigint PRIMARY KEY);
    CREATE TABLE "Loud" (id bigserial PRIMARY KEY);
    CREATE TABLE health (id bigserial PRIMARY KEY);
    CREATE TABLE blobs (id bigserial PRIMARY KEY, data bytea NOT NULL);
    CREATE TABLE fine (id bigserial PRIMARY KEY, blob bigint REFERENCES blobs, data bytea NOT NULL DEFAULT '');
  )sql");
  const std::string text = pulled(database);
  for (const char* line :
       {"# Table keyless is not served: it has no primary key", "# Table pairs is not served: it has no",
        "# Table named is not served: it has no", "# Table texts is not served: it has no",
        "# Table unnumbered is not served: the database does not number its rows: ALTER TABLE",
        "# Table Loud is not served: names", "# Table health is not served: Banyan itself",
        "# Table blobs is not served: its column data must have a value",
        "[collections.fine]\nfields.blob = { type = \"integer\" }\n",
        "# The foreign key fine_blob_fkey to blobs is kept by the database alone"})
    EXPECT_THAT(text, HasSubstr(line));
}

TEST(Pull, writes_nothing_that_ends_its_comment_or_its_text) {
  TestDatabase database;
  database.run(
      "CREATE TABLE \"a\nb\" (id bigserial PRIMARY KEY); CREATE TABLE t (id bigserial PRIMARY KEY, \"x\ny\" text, "
      "z text DEFAULT E'say \"\\\\\\n')");
  const std::string text = pulled(database);
  EXPECT_THAT(text, HasSubstr("# Table a b is not"));
  EXPECT_THAT(text, HasSubstr("# The column x y is not"));
  EXPECT_THAT(text, HasSubstr(R"(default = "say \"\\\u000a" })"));
}

TEST(PulledDefault, is_a_literal_or_now) {
  EXPECT_EQ(default_from("'it''s'::text", FieldType::text), "\"it's\"");
  EXPECT_EQ(default_from("'-1'::integer", FieldType::integer), "-1");
  EXPECT_EQ(default_from("(-1)", FieldType::integer), "-1");
  EXPECT_EQ(default_from("CURRENT_DATE", FieldType::date), "\"now\"");
  EXPECT_EQ(default_from("(now())::date", FieldType::date), "\"now\"");
  EXPECT_EQ(default_from("('a'::text || 'b'::text)", FieldType::text), std::nullopt);
  EXPECT_EQ(default_from("nextval('s'::regclass)", FieldType::integer), std::nullopt);
  EXPECT_EQ(default_from("(1 + 2)", FieldType::integer), std::nullopt);
  EXPECT_EQ(default_from("(now() + '1 day'::interval)", FieldType::timestamp), std::nullopt);
  EXPECT_EQ(default_from("CURRENT_USER", FieldType::text), std::nullopt);
  EXPECT_EQ(default_from("'NaN'::double precision", FieldType::number), std::nullopt);
}

TEST(PulledCheck, is_a_list_or_a_range_of_the_column) {
  const auto list = check_from(
      "CHECK (((state)::text = ANY ((ARRAY['a'::character varying, 'b, ('::character varying])::text[])))", "state");
  ASSERT_TRUE(list);
  EXPECT_THAT(list->values, ElementsAre("a", "b, ("));
  EXPECT_THAT(check_from("CHECK ((state = 'a'::text))", "state")->values, ElementsAre("a"));
  EXPECT_FALSE(check_from("CHECK ((state <> 'a'::text))", "state"));
  EXPECT_FALSE(check_from("CHECK ((lower(state) = ANY (ARRAY['a'::text])))", "state"));
  EXPECT_FALSE(check_from("CHECK (((state = 'a'::text) OR (state = 'b'::text)))", "state"));
  EXPECT_FALSE(check_from("CHECK ((state = ANY (ARRAY['a'::text]))) NOT VALID", "state"));
  EXPECT_EQ(check_from("CHECK ((age >= 0))", "age")->min, "0");
  EXPECT_FALSE(check_from("CHECK (((age >= 0) OR (age <= 5)))", "age"));
  EXPECT_FALSE(check_from("CHECK ((age > 0))", "age"));
}

}  // namespace
}  // namespace banyan::postgres
