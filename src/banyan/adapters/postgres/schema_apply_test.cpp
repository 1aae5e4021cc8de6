// What `banyan schema apply` makes of a database that differs in more than a start makes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "banyan/adapters/postgres/keeper.hpp"
#include "banyan/adapters/postgres/schema_test_support.hpp"

namespace banyan::postgres {
namespace {

using namespace schema_testing;  // NOLINT: the words of these tests
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = SchemaDifference::Kind;

class SchemaApply : public ::testing::Test {
 protected:
  SchemaPlan plan(std::vector<Collection> collections) {
    made = schema(std::move(collections));
    Connection connection = database.connect();
    auto found = Keeper(*made, clock, connection).plan();
    if (!found) throw std::runtime_error(found.error().message + found.error().detail);
    return std::move(*found);
  }
  /// Makes everything that can be made, in as many rounds as that takes; what is left.
  SchemaPlan apply(const std::vector<Collection>& collections, const std::string& option = "") {
    for (int round = 0; round < 3; ++round) {
      SchemaPlan wanted = plan(collections);
      std::erase_if(wanted.differences, [&](const auto& one) { return !one.option.empty() && one.option != option; });
      Connection connection = database.connect();
      const auto done = Keeper(*made, clock, connection).apply_planned(wanted);
      EXPECT_TRUE(done) << done.error().message << done.error().detail;
    }
    return plan(collections);
  }

  TestDatabase database;
  SystemClock clock;
  std::unique_ptr<Schema> made;
};

TEST_F(SchemaApply, tables_and_columns_get_their_new_names_with_all_that_belongs_to_them) {
  Collection old =
      collection("people", {unique(field("mail", FieldType::email)), field("age", FieldType::integer)}, IdKind::uuid);
  old.indexes.push_back({.fields = {2}});
  const Collection notes = collection("notes", {reference("author", "people", OnDelete::cascade)});
  apply({old, notes});
  database.run(
      "INSERT INTO people (id, mail) VALUES ('018f0000-0000-7000-8000-00000000000a', 'a@b.c'); "
      "INSERT INTO _banyan_graves VALUES ('people', 'x', 5)");
  Collection users =
      collection("users", {unique(field("email", FieldType::email)), field("age", FieldType::integer)}, IdKind::uuid);
  users.indexes.push_back({.fields = {2}});
  users.renamed_from = "people";
  users.fields[1].renamed_from = "mail";
  const std::vector<Collection> wanted{users, collection("notes", {reference("author", "users", OnDelete::cascade)})};
  EXPECT_THAT(words(plan(wanted), Kind::blocking), ElementsAre("table people is called users now"));
  EXPECT_THAT(apply(wanted).differences, IsEmpty());
  EXPECT_EQ(database.run("SELECT email FROM users"), "a@b.c");
  EXPECT_EQ(database.run("SELECT collection FROM _banyan_graves"), "users");
  EXPECT_EQ(database.run("SELECT string_agg(indexname, ' ' ORDER BY indexname) FROM pg_indexes WHERE tablename = "
                         "'users' AND indexname LIKE '%.%'"),
            "users.age.index users.email.unique");
}

TEST_F(SchemaApply, types_change_where_every_value_stays) {
  apply({collection("t", {field("n", FieldType::text), field("b", FieldType::integer), field("d", FieldType::text),
                          field("u", FieldType::text), field("j", FieldType::text), field("e", FieldType::text),
                          field("f", FieldType::integer), field("s", FieldType::timestamp)})});
  database.run(R"(INSERT INTO t (n, b, d, u, j, e, f, s) VALUES ('42', 1, '2026-01-31',
    '018f0000-0000-7000-8000-00000000000A', '{"a": 1}', 'open', 7, '2026-01-31 12:00:00.5+00'), (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL))");
  Field state = field("e", FieldType::enumeration);
  state.enum_values = {"open", "it's"};
  const std::vector<Collection> wanted{
      collection("t", {field("n", FieldType::integer), field("b", FieldType::boolean), field("d", FieldType::date),
                       field("u", FieldType::uuid), field("j", FieldType::json), state, field("f", FieldType::number),
                       field("s", FieldType::text)})};
  EXPECT_TRUE(plan(wanted).has(Kind::blocking));
  EXPECT_THAT(apply(wanted).differences, IsEmpty());
  EXPECT_EQ(
      database.run("SELECT n + 1, b, d, u, j, e, f, s FROM t WHERE id = 1"),
      "43\tt\t2026-01-31\t018f0000-0000-7000-8000-00000000000a\t{\"a\": 1}\topen\t7\t2026-01-31T12:00:00.500000Z");
}

TEST_F(SchemaApply, a_type_stays_where_a_value_would_not_and_the_record_is_named) {
  apply({collection("t", {field("n", FieldType::text), field("e", FieldType::text), field("f", FieldType::integer)})});
  database.run("INSERT INTO t (n, e, f) VALUES ('1', 'open', 1), ('007', 'shut', 9007199254740993)");
  Field state = field("e", FieldType::enumeration);
  state.enum_values = {"open"};
  const auto left = apply({collection("t", {field("n", FieldType::integer), state, field("f", FieldType::number)})});
  ASSERT_THAT(words(left, Kind::blocking), ::testing::SizeIs(3));
  for (const SchemaDifference& difference : left.differences) EXPECT_THAT(difference.remedy, HasSubstr("record 2"));
  EXPECT_EQ(database.run("SELECT n FROM t WHERE id = 2"), "007");
}

TEST_F(SchemaApply, required_is_set_and_taken_back_in_the_database) {
  apply({collection("t", {field("a", FieldType::text), required(field("b", FieldType::text))})});
  database.run("INSERT INTO t (a, b) VALUES ('x', 'y')");
  const std::vector<Collection> wanted{
      collection("t", {required(field("a", FieldType::text)), field("b", FieldType::text)})};
  const auto before = plan(wanted);
  EXPECT_THAT(words(before, Kind::offered), ElementsAre(HasSubstr("t.a is required")));
  // Cut short after each of the statements, it goes on where it was.
  for (const SchemaDifference& difference : before.differences) {
    if (difference.kind != Kind::offered) continue;
    database.run(difference.statements[0]);
    database.run(difference.statements[1]);
  }
  EXPECT_THAT(apply(wanted).differences, IsEmpty());
  EXPECT_EQ(database.run("SELECT attname, attnotnull FROM pg_attribute WHERE attrelid = 't'::regclass AND attname IN "
                         "('a', 'b') ORDER BY 1"),
            "a\tt\nb\tf");
  EXPECT_EQ(database.run("SELECT count(*) FROM pg_constraint WHERE contype = 'c' AND conrelid = 't'::regclass"), "0");
}

TEST_F(SchemaApply, foreign_keys_are_made_and_replaced_once_every_row_names_a_record) {
  const Collection users = collection("users", {});
  apply({users, collection("teams", {}), collection("posts", {field("author", FieldType::integer)})});
  database.run("INSERT INTO users DEFAULT VALUES; INSERT INTO posts (author) VALUES (1), (2), (NULL)");
  const std::vector<Collection> wanted{users, collection("posts", {reference("author", "users", OnDelete::restrict)})};
  auto left = apply(wanted);
  EXPECT_THAT(words(left, Kind::blocking), ElementsAre("column posts.author has no foreign key to users"));
  EXPECT_THAT(left.differences.front().remedy + left.differences.back().remedy, HasSubstr("record 2"));
  database.run("DELETE FROM posts WHERE id = 2");
  EXPECT_FALSE(apply(wanted).has(Kind::blocking));
  EXPECT_THROW(database.run("INSERT INTO posts (author) VALUES (9)"), std::runtime_error);
  database.run(
      "ALTER TABLE posts DROP CONSTRAINT \"posts.author.reference\", ADD CONSTRAINT x FOREIGN KEY (author) "
      "REFERENCES users ON DELETE CASCADE NOT VALID");
  EXPECT_THAT(words(plan(wanted), Kind::blocking), ElementsAre(HasSubstr("changes rows by itself")));
  EXPECT_FALSE(apply(wanted).has(Kind::blocking));
  database.run(
      "ALTER TABLE posts DROP CONSTRAINT \"posts.author.reference\", ADD FOREIGN KEY (author) REFERENCES users "
      "NOT VALID");
  EXPECT_THAT(words(plan(wanted), Kind::offered), ElementsAre(HasSubstr("not all rows")));
  EXPECT_THAT(words(apply(wanted), Kind::offered), IsEmpty());
}

TEST_F(SchemaApply, only_what_is_named_is_dropped) {
  apply({collection("t", {field("a", FieldType::text), unique(field("b", FieldType::text))}), collection("u", {})});
  const std::vector<Collection> wanted{collection("t", {field("a", FieldType::text)})};
  EXPECT_THAT(words(apply(wanted), Kind::unknown), ::testing::SizeIs(3));
  EXPECT_THAT(words(apply(wanted, "--drop t.b"), Kind::unknown), ElementsAre("table u is not in the config"));
  EXPECT_THAT(apply(wanted, "--drop u").differences, IsEmpty());
  EXPECT_THAT(apply({collection("t", {field("a", FieldType::text), field("b", FieldType::integer)})}).differences,
              IsEmpty())
      << "nothing remembers what was there";
}

TEST_F(SchemaApply, triggers_are_made_when_they_are_asked_for) {
  database.run("CREATE TABLE t (id bigserial PRIMARY KEY, a text)");
  const std::vector<Collection> wanted{collection("t", {field("a", FieldType::text)})};
  EXPECT_THAT(words(apply(wanted), Kind::offered), ElementsAre(HasSubstr("not seen")));
  EXPECT_THAT(apply(wanted, "--triggers").differences, IsEmpty());
  database.run("DROP TRIGGER _banyan_tell ON t");
  EXPECT_THAT(words(plan(wanted), Kind::offered), ElementsAre(HasSubstr("not seen")));
  EXPECT_THAT(apply(wanted, "--triggers").differences, IsEmpty());
}

}  // namespace
}  // namespace banyan::postgres
