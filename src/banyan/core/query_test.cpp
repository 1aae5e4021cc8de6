#include "banyan/core/query.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "banyan/core/query_testing.hpp"
#include "banyan/core/record.hpp"

namespace banyan {
namespace {

using query_testing::integer;
using query_testing::text;

/// Field 0: integer 5; 1: text "Bob"; 2: true; 3: null; 4: number 1.5.
Record sample() { return {.version = 1, .values = {integer(5), text("Bob"), true, Null(), 1.5}}; }

bool holds(std::size_t field, CompareOp op, std::vector<Value> operands = {}) {
  return matches(Filter::compare(field, op, std::move(operands)), sample());
}
bool negation_holds(std::size_t field, CompareOp op, std::vector<Value> operands = {}) {
  return matches(Filter::negate(Filter::compare(field, op, std::move(operands))), sample());
}

Filter group(Filter::Kind kind, std::vector<Filter> children) {
  Filter filter;
  filter.kind = kind;
  filter.children = std::move(children);
  return filter;
}
Filter yes() { return group(Filter::Kind::all, {}); }
Filter no() { return group(Filter::Kind::any, {}); }
Filter unknown() { return Filter::compare(3, CompareOp::eq, {integer(1)}); }

TEST(Matches, compares_in_the_order_of_values) {
  EXPECT_TRUE(holds(0, CompareOp::eq, {integer(5)}));
  EXPECT_FALSE(holds(0, CompareOp::eq, {integer(6)}));
  EXPECT_TRUE(holds(0, CompareOp::neq, {integer(6)}));
  EXPECT_TRUE(holds(0, CompareOp::gt, {integer(4)}));
  EXPECT_FALSE(holds(0, CompareOp::gt, {integer(5)}));
  EXPECT_TRUE(holds(0, CompareOp::gte, {integer(5)}));
  EXPECT_TRUE(holds(0, CompareOp::lt, {integer(6)}));
  EXPECT_FALSE(holds(0, CompareOp::lt, {integer(5)}));
  EXPECT_TRUE(holds(0, CompareOp::lte, {integer(5)}));
  EXPECT_TRUE(holds(4, CompareOp::gt, {1.25}));
  EXPECT_TRUE(holds(1, CompareOp::lt, {text("a")}));
}

TEST(Matches, like_heeds_case_and_ilike_does_not) {
  EXPECT_TRUE(holds(1, CompareOp::like, {text("B%")}));
  EXPECT_FALSE(holds(1, CompareOp::like, {text("b%")}));
  EXPECT_TRUE(holds(1, CompareOp::ilike, {text("b_B")}));
}

TEST(Matches, a_comparison_with_null_is_unknown_and_so_is_its_negation) {
  for (const CompareOp op : {CompareOp::eq, CompareOp::neq, CompareOp::gt, CompareOp::gte, CompareOp::lt,
                             CompareOp::lte, CompareOp::like, CompareOp::ilike, CompareOp::in}) {
    EXPECT_FALSE(holds(3, op, {text("x")}));
    EXPECT_FALSE(negation_holds(3, op, {text("x")}));
  }
}

TEST(Matches, the_questions_is_null_is_true_and_is_false_are_never_unknown) {
  EXPECT_TRUE(holds(3, CompareOp::is_null));
  EXPECT_TRUE(negation_holds(0, CompareOp::is_null));
  EXPECT_TRUE(holds(2, CompareOp::is_true));
  EXPECT_TRUE(negation_holds(2, CompareOp::is_false));
  EXPECT_TRUE(negation_holds(3, CompareOp::is_true)) << "null is not true, for certain";
  EXPECT_TRUE(negation_holds(3, CompareOp::is_false));
}

TEST(Matches, in_is_true_for_any_operand_and_false_for_none) {
  EXPECT_TRUE(holds(0, CompareOp::in, {integer(1), integer(5)}));
  EXPECT_FALSE(holds(0, CompareOp::in, {integer(1)}));
  EXPECT_TRUE(negation_holds(0, CompareOp::in, {integer(1)}));
  EXPECT_FALSE(holds(0, CompareOp::in));
  EXPECT_TRUE(negation_holds(0, CompareOp::in));
  EXPECT_TRUE(negation_holds(3, CompareOp::in)) << "nothing is compared, so nothing is unknown";
}

TEST(Matches, all_and_any_follow_the_truth_tables_of_sql) {
  using Kind = Filter::Kind;
  const auto check = [](Kind kind, const Filter& a, const Filter& b, bool direct, bool negated) {
    for (const auto& children : {std::vector<Filter>{a, b}, std::vector<Filter>{b, a}}) {
      EXPECT_EQ(matches(group(kind, children), sample()), direct);
      EXPECT_EQ(matches(Filter::negate(group(kind, children)), sample()), negated);
    }
  };
  check(Kind::all, yes(), yes(), true, false);
  check(Kind::all, yes(), no(), false, true);
  check(Kind::all, yes(), unknown(), false, false);
  check(Kind::all, no(), unknown(), false, true);
  check(Kind::all, unknown(), unknown(), false, false);
  check(Kind::any, no(), no(), false, true);
  check(Kind::any, yes(), unknown(), true, false);
  check(Kind::any, no(), unknown(), false, false);
  check(Kind::any, unknown(), unknown(), false, false);
}

TEST(Matches, an_empty_filter_matches_everything_and_an_empty_any_nothing) {
  EXPECT_TRUE(matches(Filter(), sample()));
  EXPECT_FALSE(matches(no(), sample()));
  EXPECT_TRUE(matches(Filter::negate(Filter::negate(yes())), sample()));
}

Collection collection_named(const char* name) {
  Collection collection;
  collection.name = name;
  return collection;
}

TEST(RecordKeyText, is_the_collection_and_the_id) {
  const Collection users = collection_named("users");
  EXPECT_EQ(to_string(RecordKey(&users, std::int64_t{123})), "users:123");
  EXPECT_EQ(to_string(RecordKey(&users, std::numeric_limits<std::int64_t>::min())), "users:-9223372036854775808");
  EXPECT_EQ(to_string(RecordKey(&users, text("018f"))), "users:018f");
  std::string log = "key=";
  append_to(log, RecordKey(&users, std::int64_t{7}));
  EXPECT_EQ(log, "key=users:7");
}

}  // namespace
}  // namespace banyan
