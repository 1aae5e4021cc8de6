#include "banyan/sql/statements.hpp"

#include <gtest/gtest.h>

#include "banyan/sql/guarded_writes.hpp"
#include "banyan/sql/test_support.hpp"

namespace banyan::sql {
namespace {

class StatementsTest : public ::testing::Test {
 protected:
  const PlainDialect dialect;
  const Schema schema = small_schema();
  const Collection& users = schema.collections[0];
  const Collection& posts = schema.collections[1];
  const Filter grown_up = Filter::compare(2, CompareOp::gte, {std::int64_t{18}});
  const std::vector<FieldChange> changes{{1, Value("Bob")}, {2, std::int64_t{4}}};
};

TEST_F(StatementsTest, versions_are_assigned_in_the_statement) {
  EXPECT_EQ(plain(update(dialect, users, changes)),
            "UPDATE users SET name = $1, age = $2, _version = greatest(_version + 1, $3) WHERE id = $4");
  EXPECT_EQ(plain(remove(dialect, users, false)),
            "DELETE FROM users WHERE id = $2 RETURNING greatest(_version + 1, $1)");
  EXPECT_EQ(plain(insert(dialect, posts)), "INSERT INTO posts (author, likes, _version) VALUES ($1, $2, $3)");
}

TEST_F(StatementsTest, a_filter_decides_in_the_statement_of_the_write) {
  EXPECT_EQ(plain(update_if(dialect, schema, users, changes, true, grown_up)->text),
            "UPDATE users AS t0 SET name = $1, age = $2, _version = greatest(t0._version + 1, $3) WHERE t0.id = $4 AND "
            "t0._version = $5 AND t0.age >= $6 RETURNING id, name, age, active, data, _version");
  EXPECT_EQ(plain(remove_if(dialect, schema, posts, false, Filter::compare(2, CompareOp::eq, {std::int64_t{0}}))->text),
            "DELETE FROM posts AS t0 WHERE t0.id = $2 AND t0.likes = $3 RETURNING id, author, likes, _version, "
            "greatest(_version + 1, $1)");
}

TEST_F(StatementsTest, all_that_match_are_found_then_changed_and_held_to_the_check) {
  EXPECT_EQ(plain(select_matches(dialect, schema, posts, Filter::compare(2, CompareOp::is_null, {}), true)->text),
            "SELECT id, author, likes, _version FROM posts AS t0 WHERE t0.likes IS NULL ORDER BY t0.id LIMIT $1");
  EXPECT_EQ(plain(update_all(dialect, posts, std::vector<FieldChange>{{2, std::int64_t{4}}})),
            "UPDATE posts AS t0 SET likes = $1, _version = greatest(t0._version + 1, $2) WHERE t0.id = ANY ($3) "
            "RETURNING id, author, likes, _version");
  EXPECT_EQ(plain(select_unfit(dialect, schema, users, grown_up)->text),
            "SELECT 1 FROM users AS t0 WHERE t0.id = ANY ($1) AND (t0.age >= $2) IS NOT TRUE LIMIT 1");
}

TEST_F(StatementsTest, an_upsert_creates_or_changes_in_one_statement) {
  Write write{.kind = Write::Kind::upsert, .collection = &users, .changes = changes, .filter = grown_up};
  write.conflict = {1};
  EXPECT_EQ(plain(upsert(dialect, schema, write)->text),
            "INSERT INTO users AS t0 (name, age, _version) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING RETURNING "
            "id, name, age, active, data, _version");
  write.on_conflict = {{2, std::int64_t{4}}};
  EXPECT_EQ(plain(upsert(dialect, schema, write)->text),
            "INSERT INTO users AS t0 (name, age, _version) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE SET age = "
            "$4, _version = greatest(t0._version + 1, $3) WHERE t0.age >= $5 RETURNING id, name, age, active, data, "
            "_version");
}

}  // namespace
}  // namespace banyan::sql
