// What the store makes of a database that differs from its schema.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "banyan/adapters/sqlite/raw_database.hpp"
#include "banyan/adapters/sqlite/test_support.hpp"

namespace banyan::sqlite {
namespace {

using namespace testkit;  // NOLINT: the words of these tests
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = SchemaDifference::Kind;

class SchemaTest : public ::testing::Test {
 protected:
  /// Opens with these collections; the plan, which it then carries out unless it is blocked.
  SchemaPlan bring(std::vector<Collection> collections, bool and_start = true) {
    opened.reset();
    opened = std::make_unique<Opened>(Options{.file = file}, schema(std::move(collections)));
    const auto done = opened->open();
    EXPECT_TRUE(done) << done.error().message;
    auto plan = opened->store->plan();
    EXPECT_TRUE(plan) << plan.error().message << plan.error().detail;
    if (plan->has(Kind::blocking)) return *plan;
    const auto applied = opened->store->apply_additive(*plan);
    EXPECT_TRUE(applied) << applied.error().message << applied.error().detail;
    EXPECT_TRUE(opened->store->apply_additive(*plan)) << "safe to repeat";
    EXPECT_FALSE(opened->store->plan()->has(Kind::additive)) << "nothing is left to do";
    if (and_start) EXPECT_TRUE(opened->store->start());
    return *plan;
  }
  static std::vector<std::string> words(const SchemaPlan& plan, Kind kind) {
    std::vector<std::string> all;
    for (const auto& difference : plan.differences) {
      if (difference.kind == kind) all.push_back(difference.what);
    }
    return all;
  }
  void raw(const std::string& sql) {
    opened.reset();
    RawDatabase(file).run(sql);
  }
  void add_user(std::string called) {
    ASSERT_TRUE(opened->apply({opened->create("users", {{"name", text(std::move(called))}})}));
  }

  TempDirectory directory;
  std::filesystem::path file = directory.path() / "app.db";
  std::unique_ptr<Opened> opened;
  Field name = required(field("name", FieldType::text));
};

TEST_F(SchemaTest, a_new_database_gets_its_tables_and_a_second_start_finds_nothing_to_do) {
  const auto plan = bring({collection("users", {name, unique(field("email", FieldType::email))})});
  EXPECT_THAT(words(plan, Kind::additive), ElementsAre("create Banyan's own table _banyan", "create table users"));
  EXPECT_EQ(plan.differences[1].statements[0],
            "CREATE TABLE \"users\" (\n  \"id\" INTEGER PRIMARY KEY AUTOINCREMENT,\n  \"name\" TEXT NOT NULL,\n"
            "  \"email\" TEXT,\n  \"_version\" INTEGER NOT NULL DEFAULT 1\n) STRICT");
  EXPECT_THAT(bring({collection("users", {name, unique(field("email", FieldType::email))})}).differences,
              ElementsAre());
}

TEST_F(SchemaTest, every_type_and_reference_is_found_again_as_it_was_made) {
  std::vector<Field> fields{name};
  for (const FieldType type : {FieldType::integer, FieldType::number, FieldType::boolean, FieldType::timestamp,
                               FieldType::date, FieldType::json, FieldType::uuid, FieldType::email, FieldType::url}) {
    fields.push_back(field("f_" + std::string(to_string(type)), type));
  }
  fields.push_back(reference("boss", "users", OnDelete::set_null));
  fields.push_back(reference("tag", "tags", OnDelete::restrict));
  Collection users = collection("users", fields);
  users.indexes.push_back({.fields = {2, 3}});
  users.indexes.push_back({.fields = {3, 4}, .unique = true});
  Collection tags = collection("tags", {field("age", FieldType::integer)}, IdKind::uuid);
  tags.indexes.push_back({.fields = {1}});
  bring({users, tags});
  EXPECT_THAT(bring({users, tags}).differences, ElementsAre());
}

TEST_F(SchemaTest, columns_that_harm_no_row_are_added_and_existing_rows_get_the_default) {
  bring({collection("users", {name})});
  add_user("Alice");
  Field age = field("age", FieldType::integer);
  Field level = required(field("level", FieldType::text));
  level.default_value = Field::Default{.value = text("it's new")};
  Field since = required(field("since", FieldType::timestamp));
  since.default_value = Field::Default{.now = true};
  Field active = field("active", FieldType::boolean);
  active.default_value = Field::Default{.value = true};
  const auto plan =
      bring({collection("users", {name, age, level, since, active, reference("boss", "users", OnDelete::set_null)})});
  EXPECT_FALSE(plan.has(Kind::blocking));
  EXPECT_THAT(words(plan, Kind::additive), ::testing::Contains("add column users.age (integer)"));
  const auto alice = opened->find("users", number(1));
  ASSERT_TRUE(alice);
  EXPECT_EQ(alice->values[2], Value(Null{}));
  EXPECT_EQ(alice->values[3], text("it's new"));
  EXPECT_EQ(std::get<std::string>(alice->values[4]).size(), 27U);
  EXPECT_EQ(alice->values[5], Value(true));
}

TEST_F(SchemaTest, a_required_column_without_a_default_needs_an_empty_table) {
  bring({collection("users", {name})});
  const auto city = required(field("city", FieldType::text));
  EXPECT_FALSE(bring({collection("users", {name, city})}).has(Kind::blocking)) << "no rows yet";
  raw("INSERT INTO users (name, city) VALUES ('Alice', 'Oslo')");
  const auto plan = bring({collection("users", {name, city, required(field("street", FieldType::text))})});
  ASSERT_THAT(words(plan, Kind::blocking), ElementsAre(HasSubstr("add column users.street (text, required)")));
  EXPECT_THAT(plan.differences.back().remedy, HasSubstr("default"));
}

TEST_F(SchemaTest, a_unique_index_is_made_where_no_rows_collide_and_else_names_a_duplicate) {
  bring({collection("users", {name})});
  add_user("Alice");
  add_user("Bob");
  EXPECT_FALSE(bring({collection("users", {unique(name)})}).has(Kind::blocking));
  raw("DROP INDEX \"users.name.unique\"; INSERT INTO users (name) VALUES ('Bob')");
  const auto plan = bring({collection("users", {unique(name)})});
  EXPECT_THAT(words(plan, Kind::blocking), ElementsAre(HasSubstr("more than one record has name 'Bob'")));
}

TEST_F(SchemaTest, types_change_only_to_what_holds_the_old_values) {
  bring({collection("users", {name, field("mail", FieldType::email), field("age", FieldType::integer)})});
  EXPECT_FALSE(bring({collection("users", {name, field("mail", FieldType::text), field("age", FieldType::integer)})})
                   .has(Kind::blocking));
  EXPECT_THAT(
      words(bring({collection("users", {name, field("mail", FieldType::json), field("age", FieldType::number)})}),
            Kind::blocking),
      ElementsAre("column users.mail was made as text, but json is declared",
                  "column users.age is INTEGER, but number is declared"));
}

TEST_F(SchemaTest, required_may_be_said_of_columns_that_are_full_and_not_be_taken_back) {
  bring({collection("users", {name, field("city", FieldType::text)})});
  add_user("Alice");
  const auto plan = bring({collection("users", {name, required(field("city", FieldType::text))})});
  EXPECT_THAT(words(plan, Kind::blocking), ElementsAre(HasSubstr("record 1 has no value")));
  raw("UPDATE users SET city = 'Oslo'");
  EXPECT_THAT(bring({collection("users", {name, required(field("city", FieldType::text))})}).differences,
              ElementsAre());
  const auto back = bring({collection("users", {field("name", FieldType::text), field("city", FieldType::text)})});
  EXPECT_THAT(words(back, Kind::blocking), ElementsAre(HasSubstr("users.name refuses null")));
}

TEST_F(SchemaTest, what_the_config_does_not_know_is_served_unless_it_refuses_new_records) {
  bring({collection("users", {name, field("age", FieldType::integer)}), collection("posts", {name})});
  const auto plan = bring({collection("users", {name})});
  EXPECT_THAT(words(plan, Kind::unknown),
              ElementsAre("column users.age is not in the config", "table posts is not in the config"));
  add_user("Alice");
  raw("ALTER TABLE users ADD COLUMN extra TEXT NOT NULL DEFAULT 'x'");
  EXPECT_FALSE(bring({collection("users", {name})}).has(Kind::blocking)) << "it has a default";
  raw("CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT NOT NULL, must TEXT NOT NULL)");
  EXPECT_THAT(words(bring({collection("things", {name})}), Kind::blocking), ElementsAre(HasSubstr("things.must")));
}

TEST_F(SchemaTest, a_table_made_by_hand_is_taken_over_with_versions) {
  raw("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL); INSERT INTO users (name) VALUES ('Alice')");
  const auto plan = bring({collection("users", {name})});
  EXPECT_FALSE(plan.has(Kind::blocking));
  EXPECT_EQ(opened->find("users", number(1))->version, 1U);
  EXPECT_GT(opened->apply({opened->update("users", number(1), {{"name", text("Bob")}})})->changes[0].version, 1U);
}

TEST_F(SchemaTest, references_must_be_those_of_the_table) {
  const Collection users = collection("users", {name});
  bring({users, collection("posts", {field("author", FieldType::integer)})});
  EXPECT_THAT(
      words(bring({users, collection("posts", {reference("author", "users", OnDelete::cascade)})}), Kind::blocking),
      ElementsAre("column posts.author was made as integer, but reference is declared",
                  "column posts.author has no foreign key to users"));
  raw("CREATE TABLE likes (id INTEGER PRIMARY KEY, who INTEGER REFERENCES users (id) ON DELETE CASCADE)");
  EXPECT_THAT(
      words(bring({users, collection("likes", {reference("who", "users", OnDelete::cascade)})}), Kind::blocking),
      ElementsAre(HasSubstr("changes rows by itself")));
}

TEST_F(SchemaTest, another_kind_of_id_is_refused) {
  bring({collection("users", {name})});
  EXPECT_THAT(words(bring({collection("users", {name}, IdKind::uuid)}), Kind::blocking),
              ElementsAre(HasSubstr("no uuid primary key")));
}

TEST_F(SchemaTest, a_database_of_a_newer_banyan_is_refused) {
  bring({collection("users", {name})});
  raw("UPDATE _banyan SET value = '2' WHERE key = 'format'");
  Opened later(Options{.file = file}, schema({collection("users", {name})}));
  ASSERT_TRUE(later.open());
  const auto plan = later.store->plan();
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, ErrorCode::unsupported);
  EXPECT_THAT(plan.error().message, HasSubstr("newer Banyan (format 2"));
}

TEST_F(SchemaTest, a_store_does_not_start_without_its_tables) {
  Opened bare(Options{.file = file}, schema({collection("users", {name})}));
  ASSERT_TRUE(bare.open());
  EXPECT_FALSE(bare.store->start());
  EXPECT_TRUE(bare.store->unready_reason());
}

}  // namespace
}  // namespace banyan::sqlite
