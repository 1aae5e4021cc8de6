#include "banyan/sql/statements.hpp"

#include <gtest/gtest.h>

namespace banyan::sql {
namespace {

/// A dialect unlike SQLite's, so that nothing of it is taken for granted.
class PlainDialect final : public Dialect {
 public:
  void append_placeholder(std::string& out, std::size_t number) const override { out += "$" + std::to_string(number); }
  void append_like(std::string& out, std::string_view column, std::size_t number, bool fold) const override {
    out += std::string(column) + (fold ? " ILIKE $" : " LIKE $") + std::to_string(number);
  }
  void append_is(std::string& out, std::string_view column, bool value) const override {
    out += std::string(column) + (value ? " IS TRUE" : " IS FALSE");
  }
  void append_literal(std::string& out, const Value&) const override { out += "?"; }
  bool nulls_first_by_default(bool descending) const override { return descending; }
  std::string_view greatest() const override { return "greatest"; }
  std::string_view id_column(IdKind) const override { return "BIGINT PRIMARY KEY"; }
  std::string_view column_type(const Field&) const override { return "TEXT"; }
  std::string_view version_type() const override { return "BIGINT"; }
  void append_check(std::string&, const Field&) const override {}
  std::string_view table_suffix() const override { return ""; }
};

class StatementsTest : public ::testing::Test {
 protected:
  StatementsTest() {
    users.name = "users";
    users.fields = {{.name = "id", .role = FieldRole::id, .required = true, .storage = Field::Storage::integer},
                    {.name = "name", .required = true, .storage = Field::Storage::text},
                    {.name = "age", .storage = Field::Storage::integer},
                    {.name = "active", .storage = Field::Storage::boolean}};
  }
  std::string where(Filter filter) {
    Query query{.collection = &users, .filter = std::move(filter)};
    const auto page = select_page(dialect, query);
    if (!page) return to_string(page.error().code);
    const std::size_t from = page->text.find(" WHERE ") + 7;
    return page->text.substr(from, page->text.find(" ORDER BY") - from);
  }
  std::string order(std::vector<OrderTerm> terms) {
    const auto page = select_page(dialect, {.collection = &users, .filter = {}, .order = std::move(terms)});
    const std::size_t from = page->text.find("ORDER BY ") + 9;
    return page->text.substr(from, page->text.find(" LIMIT") - from);
  }
  static Value integer(std::int64_t value) { return value; }

  PlainDialect dialect;
  Collection users;
};

TEST_F(StatementsTest, orders_are_total_and_say_of_nulls_only_what_does_not_hold_anyway) {
  EXPECT_EQ(order({}), "\"id\"");
  EXPECT_EQ(order({{.field = 1, .descending = true, .nulls_first = false}}), "\"name\" DESC, \"id\"") << "never null";
  EXPECT_EQ(order({{.field = 2}}), "\"age\", \"id\"");
  EXPECT_EQ(order({{.field = 2, .nulls_first = true}}), "\"age\" NULLS FIRST, \"id\"");
  EXPECT_EQ(order({{.field = 2, .descending = true}}), "\"age\" DESC NULLS LAST, \"id\"");
  EXPECT_EQ(order({{.field = 0, .descending = true}, {.field = 1}}), "\"id\" DESC") << "nothing matters after the id";
}

TEST_F(StatementsTest, filters_keep_their_shape_and_their_operands_apart) {
  Filter any;
  any.kind = Filter::Kind::any;
  any.children = {Filter::compare(1, CompareOp::like, {Value("A%")}),
                  Filter::compare(2, CompareOp::gte, {integer(18)})};
  EXPECT_EQ(where(Filter::negate(any)), "NOT ((\"name\" LIKE $1 OR \"age\" >= $2))");
  EXPECT_EQ(where(Filter::compare(3, CompareOp::is_true, {})), "\"active\" IS TRUE");
  EXPECT_EQ(where(Filter::compare(2, CompareOp::is_true, {})), "FALSE") << "a number is not true";
  EXPECT_EQ(where(Filter::compare(2, CompareOp::eq, {Value("x")})), "NULL") << "unknown, as in matches()";
  any.children.clear();
  EXPECT_EQ(where(any), "FALSE");
}

TEST_F(StatementsTest, in_is_padded_so_that_shapes_stay_few) {
  const auto in = [&](std::size_t count) { return where(Filter::compare(2, CompareOp::in, {count, integer(7)})); };
  EXPECT_EQ(in(0), "FALSE");
  EXPECT_EQ(in(1), "\"age\" IN ($1)");
  EXPECT_EQ(in(3), "\"age\" IN ($1, $2, $3, $4)");
  EXPECT_EQ(in(in_operands_max + 1), "too_large");
}

TEST_F(StatementsTest, a_filter_past_its_bound_is_refused) {
  Filter all;
  all.children.assign(filter_nodes_max - 1, Filter::compare(2, CompareOp::eq, {integer(1)}));
  EXPECT_NE(where(all), "too_large");
  all.children.push_back(all.children.front());
  EXPECT_EQ(where(all), "too_large");
}

TEST_F(StatementsTest, versions_are_assigned_in_the_statement) {
  const std::vector<FieldChange> changes{{1, Value("Bob")}, {2, integer(4)}};
  EXPECT_EQ(update(dialect, users, changes),
            "UPDATE \"users\" SET \"name\" = $1, \"age\" = $2, \"_version\" = greatest(\"_version\" + 1, $3) "
            "WHERE \"id\" = $4");
  EXPECT_EQ(remove(dialect, users, false),
            "DELETE FROM \"users\" WHERE \"id\" = $2 RETURNING greatest(\"_version\" + 1, $1)");
  EXPECT_EQ(insert(dialect, users),
            "INSERT INTO \"users\" (\"name\", \"age\", \"active\", \"_version\") VALUES ($1, $2, $3, $4)");
}

}  // namespace
}  // namespace banyan::sql
