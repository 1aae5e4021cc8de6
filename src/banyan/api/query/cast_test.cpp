#include "banyan/api/query/cast.hpp"

#include <gtest/gtest.h>

namespace banyan::api {
namespace {

Value number(double value) { return value; }
Value integer(std::int64_t value) { return value; }
Value text(std::string_view value) { return std::string(value); }

// The value after the cast; nothing where it is refused.
std::optional<Value> cast(FieldType from, Value value, std::string_view name) {
  const Result<Cast> found = cast_from(name, from);
  if (!found) return std::nullopt;
  const Result<Value> made = cast_value(*found, from, value);
  return made ? std::optional(*made) : std::nullopt;
}

TEST(Cast, numbers_become_the_nearest_integers_within_the_type) {
  EXPECT_EQ(cast(FieldType::number, 2.5, "int"), integer(2));
  EXPECT_EQ(cast(FieldType::number, 3.5, "int8"), integer(4));
  EXPECT_EQ(cast(FieldType::json, text("2.5"), "int"), integer(3));
  EXPECT_EQ(cast(FieldType::number, 40'000.0, "smallint"), std::nullopt);
  EXPECT_EQ(cast(FieldType::integer, integer(3'000'000'000), "int4"), std::nullopt);
  EXPECT_EQ(cast(FieldType::integer, integer(3'000'000'000), "bigint"), integer(3'000'000'000));
  EXPECT_EQ(cast(FieldType::number, 1e19, "bigint"), std::nullopt);
  EXPECT_EQ(cast(FieldType::text, text("12"), "integer"), integer(12));
  EXPECT_EQ(cast(FieldType::text, text("12.5"), "integer"), std::nullopt);
}

TEST(Cast, everything_has_a_text) {
  EXPECT_EQ(cast(FieldType::integer, integer(-7), "text"), text("-7"));
  EXPECT_EQ(cast(FieldType::number, 0.5, "text"), text("0.5"));
  EXPECT_EQ(cast(FieldType::boolean, false, "text"), text("false"));
  EXPECT_EQ(cast(FieldType::json, text("{\"a\":1}"), "text"), text("{\"a\":1}"));
  EXPECT_EQ(cast(FieldType::text, text("a\"b"), "text"), text("a\"b"));
}

TEST(Cast, times_and_days_become_each_other) {
  EXPECT_EQ(cast(FieldType::timestamp, text("2026-01-02T03:04:05.000000Z"), "date"), text("2026-01-02"));
  EXPECT_EQ(cast(FieldType::date, text("2026-01-02"), "timestamptz"), text("2026-01-02T00:00:00.000000Z"));
  EXPECT_EQ(cast(FieldType::text, text("2026-01-02T03:04:05+01:00"), "timestamp"), text("2026-01-02T02:04:05.000000Z"));
}

TEST(Cast, json_gives_what_it_holds) {
  EXPECT_EQ(cast(FieldType::json, text("true"), "bool"), Value(true));
  EXPECT_EQ(cast(FieldType::json, text("null"), "int"), Value(Null()));
  EXPECT_EQ(cast(FieldType::json, text("1e2"), "numeric"), number(100));
  EXPECT_EQ(cast(FieldType::json, text("\"1\""), "int"), std::nullopt);
  EXPECT_EQ(cast(FieldType::text, text("[1, 2]"), "jsonb"), text("[1,2]"));
  EXPECT_EQ(cast(FieldType::text, text("[1"), "json"), std::nullopt);
}

TEST(Cast, null_stays_null) {
  for (const char* name : {"text", "int", "numeric", "bool", "date", "timestamp", "json", "uuid"})
    EXPECT_EQ(cast(FieldType::text, Null(), name), Value(Null())) << name;
}

TEST(Cast, a_real_has_the_precision_of_one) {
  EXPECT_EQ(cast(FieldType::number, 0.1, "real"), number(0.1));
  EXPECT_EQ(cast(FieldType::number, 123456789.0, "real"), number(123456790));
  EXPECT_EQ(cast(FieldType::number, 1e300, "real"), std::nullopt);
}

}  // namespace
}  // namespace banyan::api
