#include "banyan/core/aggregation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <initializer_list>
#include <limits>

namespace banyan {
namespace {

using Function = Aggregate::Function;

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

Value integer(std::int64_t value) { return value; }
Value text(const char* value) { return std::string(value); }

Result<Value> aggregate(Function function, std::initializer_list<Value> values) {
  Aggregation aggregation(function);
  for (const Value& value : values) aggregation.add(value);
  return aggregation.result();
}

TEST(Aggregation, counts_what_is_not_null) {
  EXPECT_EQ(aggregate(Function::count, {integer(1), Null(), text("")}), integer(2));
  EXPECT_EQ(aggregate(Function::count, {Null()}), integer(0));
  EXPECT_EQ(aggregate(Function::count, {}), integer(0));
}

TEST(Aggregation, everything_but_a_count_is_null_where_there_is_nothing) {
  for (const Function function : {Function::sum, Function::avg, Function::min, Function::max}) {
    EXPECT_EQ(aggregate(function, {}), Value());
    EXPECT_EQ(aggregate(function, {Null(), Null()}), Value());
  }
}

TEST(Aggregation, sums_integers_exactly_even_where_it_is_too_large_on_the_way) {
  EXPECT_EQ(aggregate(Function::sum, {integer(most), integer(most), integer(-most), Null()}), integer(most));
  EXPECT_EQ(aggregate(Function::sum, {integer(most), integer(least), integer(1)}), integer(0));
  EXPECT_EQ(aggregate(Function::sum, {integer(9007199254740993), integer(0)}), integer(9007199254740993));
}

TEST(Aggregation, a_sum_that_its_type_cannot_hold_is_an_error) {
  for (const auto& sum :
       {aggregate(Function::sum, {integer(most), integer(1)}), aggregate(Function::sum, {integer(least), integer(-1)}),
        aggregate(Function::sum, {1e308, 1e308}), aggregate(Function::avg, {1e308, 1e308})}) {
    ASSERT_FALSE(sum.has_value());
    EXPECT_EQ(sum.error().code, ErrorCode::invalid);
    EXPECT_EQ(sum.error().reason, "numeric_value_out_of_range");
  }
}

TEST(Aggregation, sums_numbers_to_a_number_and_never_to_minus_zero) {
  EXPECT_EQ(aggregate(Function::sum, {0.25, 1.5, Null()}), Value(1.75));
  const auto zero = aggregate(Function::sum, {0.0});
  EXPECT_FALSE(std::signbit(std::get<double>(*zero)));
}

TEST(Aggregation, averages_to_a_number_even_where_the_sum_of_integers_is_too_large) {
  EXPECT_EQ(aggregate(Function::avg, {integer(1), integer(2), Null()}), Value(1.5));
  EXPECT_EQ(aggregate(Function::avg, {integer(most), integer(most)}), Value(9223372036854775808.0));
  EXPECT_EQ(aggregate(Function::avg, {0.5, 1.0}), Value(0.75));
  const auto zero = aggregate(Function::avg, {integer(0)});
  EXPECT_FALSE(std::signbit(std::get<double>(*zero)));
}

TEST(Aggregation, least_and_greatest_go_by_the_order_of_values) {
  EXPECT_EQ(aggregate(Function::min, {integer(3), Null(), integer(-1), integer(2)}), integer(-1));
  EXPECT_EQ(aggregate(Function::max, {integer(3), integer(-1), Null(), integer(2)}), integer(3));
  EXPECT_EQ(aggregate(Function::min, {text("a"), text("Z"), text("\xC3\xA9")}), text("Z")) << "by bytes";
  EXPECT_EQ(aggregate(Function::max, {text("a"), text("Z"), text("\xC3\xA9")}), text("\xC3\xA9"));
  EXPECT_EQ(aggregate(Function::max, {text("10"), text("9")}), text("9"));
}

}  // namespace
}  // namespace banyan
