#include "banyan/sql/tree.hpp"

#include <gtest/gtest.h>

#include "banyan/sql/test_support.hpp"

namespace banyan::sql {
namespace {

class TreeTest : public ::testing::Test {
 protected:
  static Value integer(std::int64_t value) { return value; }
  static Record post(std::int64_t id, Value author) {
    return {.version = 1, .values = {integer(id), std::move(author), Null{}}};
  }
  const Schema schema = small_schema();
  const Collection& users = schema.collections[0];
  const Collection& posts = schema.collections[1];
};

TEST_F(TreeTest, keys_are_asked_for_once_and_never_null) {
  const Relation author = relations_of(schema, posts).front();
  const std::vector<Record> around{post(1, integer(7)), post(2, Null{}), post(3, integer(5)), post(4, integer(7))};
  EXPECT_EQ(keys_of(around, author), (std::vector<Value>{integer(5), integer(7)}));
}

TEST_F(TreeTest, a_record_that_is_there_twice_is_asked_about_once) {
  const std::vector<Record> around{post(2, Null{}), post(1, Null{}), post(2, Null{})};
  const Relation any{.kind = Relation::Kind::to_many, .target = &users, .field = 2};
  EXPECT_EQ(keys_of(around, any), (std::vector<Value>{integer(1), integer(2)}))
      << "the same may belong to two of those around it";
}

TEST_F(TreeTest, records_that_name_the_same_share_it) {
  const Embed embed{
      .relation = relations_of(schema, posts).front(), .query = {.collection = &users}, .through_filter = {}};
  const std::vector<Record> around{post(1, integer(7)), post(2, Null{}), post(3, integer(7)), post(4, integer(8))};
  EmbeddedRows rows;
  rows.page.records.resize(1);
  rows.keys = {integer(7)};
  const EmbeddedPage page = placed(std::move(rows), around, embed);
  ASSERT_EQ(page.spans.size(), 4);
  EXPECT_EQ(page.spans[0].end - page.spans[0].begin, 1);
  EXPECT_EQ(page.spans[1].end - page.spans[1].begin, 0);
  EXPECT_EQ(page.spans[2].begin, page.spans[0].begin);
  EXPECT_EQ(page.spans[3].end - page.spans[3].begin, 0);
}

TEST_F(TreeTest, a_count_of_what_belongs_to_a_record_is_there_even_where_that_is_nothing) {
  Embed embed{.relation = relations_of(schema, users).front(), .query = {.collection = &posts}, .through_filter = {}};
  embed.query.grouping = Grouping{.by = {}, .aggregates = {{}, {Aggregate::Function::max, Term(2)}}};
  const std::vector<Record> around{{.version = 1, .values = {integer(1)}}};
  const EmbeddedPage page = placed({}, around, embed);
  ASSERT_EQ(page.spans.front().end - page.spans.front().begin, 1);
  EXPECT_EQ(page.page.rows[page.spans.front().begin], (std::vector<Value>{integer(0), Null{}}));
}

}  // namespace
}  // namespace banyan::sql
