#include "banyan/sql/pages.hpp"

#include <gtest/gtest.h>

#include "banyan/sql/statements.hpp"
#include "banyan/sql/test_support.hpp"

namespace banyan::sql {
namespace {

class PagesTest : public ::testing::Test {
 protected:
  static std::string text_of(const Result<StatementText>& made) {
    return made ? plain(made->text) : std::string(to_string(made.error().code));
  }
  static std::string between(const std::string& text, std::string_view begin, std::string_view end) {
    const std::size_t from = text.find(begin);
    if (from == std::string::npos) return text;
    return text.substr(from + begin.size(), text.rfind(end) - from - begin.size());
  }
  std::string where(Filter filter) {
    return between(text_of(select_page(dialect, schema, {.collection = &users, .filter = std::move(filter)})),
                   " WHERE ", " ORDER BY");
  }
  std::string order(std::vector<OrderTerm> terms) {
    return between(
        text_of(select_page(dialect, schema, {.collection = &users, .filter = {}, .order = std::move(terms)})),
        "ORDER BY ", " LIMIT");
  }
  Relation relation(std::size_t place) const { return relations_of(schema, users)[place]; }
  static Value integer(std::int64_t value) { return value; }

  const PlainDialect dialect;
  const Schema schema = small_schema();
  const Collection& users = schema.collections[0];
  const Collection& posts = schema.collections[1];
};

TEST_F(PagesTest, orders_are_total_and_say_of_nulls_only_what_does_not_hold_anyway) {
  EXPECT_EQ(order({}), "t0.id");
  EXPECT_EQ(order({{.field = 1, .descending = true, .nulls_first = false}}), "t0.name DESC, t0.id") << "never null";
  EXPECT_EQ(order({{.field = 2}}), "t0.age, t0.id");
  EXPECT_EQ(order({{.field = 2, .nulls_first = true}}), "t0.age NULLS FIRST, t0.id");
  EXPECT_EQ(order({{.field = 2, .descending = true}}), "t0.age DESC NULLS LAST, t0.id");
  EXPECT_EQ(order({{.field = 0, .descending = true}, {.field = 1}}), "t0.id DESC") << "nothing matters after the id";
}

TEST_F(PagesTest, what_a_reference_names_is_ordered_by_without_joining_it) {
  const Query query{.collection = &posts, .filter = {}, .order = {{.field = 1, .of_reference = 1}}};
  EXPECT_EQ(text_of(select_page(dialect, schema, query)),
            "SELECT t0.id, t0.author, t0.likes, t0._version FROM posts AS t0 ORDER BY (SELECT t1.name FROM users AS t1 "
            "WHERE t1.id = t0.author), t0.id LIMIT $1 OFFSET $2");
}

TEST_F(PagesTest, filters_keep_their_shape_and_their_operands_apart) {
  Filter any;
  any.kind = Filter::Kind::any;
  any.children = {Filter::compare(1, CompareOp::like, {Value("A%")}),
                  Filter::compare(2, CompareOp::gte, {integer(18)})};
  EXPECT_EQ(where(Filter::negate(any)), "NOT ((t0.name LIKE $1 OR t0.age >= $2))");
  EXPECT_EQ(where(Filter::compare(3, CompareOp::is_true, {})), "t0.active IS TRUE");
  EXPECT_EQ(where(Filter::compare(2, CompareOp::is_true, {})), "FALSE") << "a number is not true";
  EXPECT_EQ(where(Filter::compare(2, CompareOp::eq, {Value("x")})), "NULL") << "unknown, as in matches()";
  any.children.clear();
  EXPECT_EQ(where(any), "FALSE");
}

TEST_F(PagesTest, terms_are_looked_at_as_they_are_asked) {
  Term path(4);
  path.path = {"a"};
  EXPECT_EQ(where(Filter::compare(path, CompareOp::eq, {Value("1")})), "t0.data -> $1 = $2");
  EXPECT_EQ(where(Filter::compare(path, CompareOp::gt, {Value("1")})), "NULL") << "JSON has no order";
  EXPECT_EQ(where(Filter::compare(path, CompareOp::is_null, {})), "t0.data -> $1 IS NULL");
  Term lower(1);
  lower.function = Term::Function::lower;
  EXPECT_EQ(where(Filter::compare_terms(lower, CompareOp::eq, Term(1))), "f(t0.name) = t0.name");
  EXPECT_EQ(where(Filter::compare_terms(lower, CompareOp::eq, Term(2))), "NULL") << "of another kind";
}

TEST_F(PagesTest, related_records_are_asked_for_under_names_of_their_own) {
  const Filter popular = Filter::compare(2, CompareOp::gt, {integer(9)});
  const Filter writes = Filter::related_by(relation(0), popular, {});
  EXPECT_EQ(where(writes), "EXISTS (SELECT 1 FROM posts AS t1 WHERE t1.author = t0.id AND t1.likes > $1)");
  const auto followed = relation(3);
  ASSERT_EQ(followed.kind, Relation::Kind::through);
  EXPECT_EQ(where(Filter::related_by(followed, writes, Filter())),
            "EXISTS (SELECT 1 FROM follows AS t1 JOIN users AS t2 ON t2.id = t1.whom WHERE t1.who = t0.id AND EXISTS "
            "(SELECT 1 FROM posts AS t3 WHERE t3.author = t2.id AND t3.likes > $1))")
      << "a collection that is met twice is not confused with itself";
}

TEST_F(PagesTest, in_is_padded_so_that_shapes_stay_few) {
  const auto in = [&](std::size_t count) { return where(Filter::compare(2, CompareOp::in, {count, integer(7)})); };
  EXPECT_EQ(in(0), "FALSE");
  EXPECT_EQ(in(1), "t0.age IN ($1)");
  EXPECT_EQ(in(3), "t0.age IN ($1, $2, $3, $4)");
  EXPECT_EQ(in(in_operands_max + 1), "too_large");
}

TEST_F(PagesTest, a_filter_past_its_bound_is_refused) {
  Filter all;
  all.children.assign(filter_nodes_max - 1, Filter::compare(2, CompareOp::eq, {integer(1)}));
  EXPECT_NE(where(all), "too_large");
  all.children.push_back(all.children.front());
  EXPECT_EQ(where(all), "too_large");
}

TEST_F(PagesTest, search_is_refused_where_the_store_has_none) {
  EXPECT_EQ(where(Filter::compare(0, CompareOp::search, {Value("word")})), "unsupported");
}

TEST_F(PagesTest, groups_are_rows_in_a_total_order) {
  Query query{.collection = &users};
  query.grouping = Grouping{.by = {Term(2), Term(3)}, .aggregates = {{}, {Aggregate::Function::max, Term(2)}}};
  query.order = {{.field = 3, .descending = true}};
  EXPECT_EQ(
      text_of(select_page(dialect, schema, query)),
      "SELECT t0.age AS _0, t0.active AS _1, count(*) AS _2, a(t0.age) AS _3 FROM users AS t0 GROUP BY 1, 2 ORDER "
      "BY _1 DESC NULLS LAST, _0 LIMIT $1 OFFSET $2");
  query.grouping->aggregates = {{Aggregate::Function::sum, Term(2)}};
  EXPECT_EQ(
      text_of(select_page(dialect, schema, query)),
      "SELECT _0, _1, _2, count(*) OVER () FROM (SELECT t0.age AS _0, t0.active AS _1, a(t0.age) AS _2 FROM users "
      "AS t0 GROUP BY 1, 2) AS grouped ORDER BY _1 DESC NULLS LAST, _0 LIMIT $1 OFFSET $2")
      << "every sum is looked at, wherever its group is";
  EXPECT_EQ(text_of(select_count(dialect, schema, {.collection = &users})), "SELECT count(*) FROM users AS t0");
}

TEST_F(PagesTest, each_record_gets_a_page_of_its_own_in_one_statement) {
  const std::vector<Value> keys{integer(1), integer(2)};
  Embed embed{.relation = relation(0), .query = {.collection = &posts, .limit = 3}, .through_filter = {}};
  const auto text = [&] { return text_of(select_embedded(dialect, schema, embed, keys, 100)); };
  EXPECT_EQ(
      text(),
      "SELECT id, author, likes, _version, _parent FROM (SELECT t0.id, t0.author, t0.likes, t0._version, t0.author "
      "AS _parent, row_number() OVER (PARTITION BY t0.author ORDER BY t0.id) AS _place FROM posts AS t0 WHERE "
      "t0.author = ANY ($1)) AS placed WHERE _place > $2 AND _place <= $3 ORDER BY _parent, _place LIMIT $4");
  embed.query.limit = 100;
  EXPECT_EQ(
      text(),
      "SELECT t0.id, t0.author, t0.likes, t0._version, t0.author AS _parent FROM posts AS t0 WHERE t0.author = ANY "
      "($1) ORDER BY _parent, t0.id LIMIT $2")
      << "nothing is numbered where all may come";
  embed = {.relation = relation(3), .query = {.collection = &users, .limit = 100}, .through_filter = {}};
  EXPECT_EQ(
      between(text(), " FROM ", " LIMIT"),
      "(SELECT DISTINCT t1.who AS _parent, t1.whom AS _target FROM follows AS t1 WHERE t1.who = ANY ($1)) AS ties "
      "JOIN users AS t0 ON t0.id = ties._target ORDER BY _parent, t0.id");
}

}  // namespace
}  // namespace banyan::sql
