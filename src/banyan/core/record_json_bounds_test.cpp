#include <gtest/gtest.h>

#include "banyan/core/record_json.hpp"

namespace banyan {
namespace {

// A schema of one collection with this one field beside the id, completed.
Field completed(Field field) {
  Schema schema;
  Collection& collection = schema.collections.emplace_back();
  collection.name = "things";
  field.name = "field";
  collection.fields = {make_id_field(IdKind::integer), std::move(field)};
  const auto problems = complete(schema);
  for (const auto& problem : problems) ADD_FAILURE() << problem.key << ": " << problem.message;
  return schema.collections[0].fields[1];
}

std::string verdict(const Field& field, const Value& value) { return check_bounds(field, value).value_or("fine"); }

TEST(CheckBounds, a_text_in_an_index_has_at_most_its_share_of_an_entrys_bytes) {
  Field field;
  field.indexed_bytes_max = 4;
  EXPECT_EQ(check_bounds(field, Value("\xC3\xA9\xC3\xA9")), std::nullopt);
  EXPECT_EQ(check_bounds(field, Value("\xC3\xA9\xC3\xA9x")), "must have at most 4 bytes, because it is in an index");
}

TEST(CheckBounds, null_is_refused_only_where_the_field_is_required) {
  Field field;
  EXPECT_EQ(verdict(completed(field), Null{}), "fine");
  field.required = true;
  EXPECT_EQ(verdict(completed(field), Null{}), "is required");
  EXPECT_EQ(verdict(completed(field), ""), "fine") << "text without characters is text";
}

TEST(CheckBounds, ranges_include_their_ends) {
  Field field;
  field.type = FieldType::integer;
  field.min = std::int64_t{18};
  field.max = std::int64_t{20};
  field = completed(field);
  EXPECT_EQ(verdict(field, std::int64_t{17}), "must be at least 18");
  EXPECT_EQ(verdict(field, std::int64_t{18}), "fine");
  EXPECT_EQ(verdict(field, std::int64_t{20}), "fine");
  EXPECT_EQ(verdict(field, std::int64_t{21}), "must be at most 20");

  Field day;
  day.type = FieldType::date;
  day.min = "2026-01-01";
  day = completed(day);
  EXPECT_EQ(verdict(day, "2025-12-31"), "must be at least 2026-01-01");
  EXPECT_EQ(verdict(day, "2026-01-01"), "fine");

  Field number;
  number.type = FieldType::number;
  number.max = 0.5;
  EXPECT_EQ(verdict(completed(number), 0.75), "must be at most 0.5");
}

TEST(CheckBounds, lengths_count_code_points) {
  Field field;
  field.min_length = 1;
  field.max_length = 3;
  field = completed(field);
  EXPECT_EQ(verdict(field, ""), "must have at least 1 character");
  EXPECT_EQ(verdict(field, "日本語"), "fine");
  EXPECT_EQ(verdict(field, "日本語!"), "must have at most 3 characters");
}

TEST(CheckBounds, a_pattern_matches_the_whole_text) {
  Field field;
  field.pattern_text = "[a-z]+";
  field = completed(field);
  EXPECT_EQ(verdict(field, "abc"), "fine");
  EXPECT_EQ(verdict(field, "abc1"), "must match the pattern [a-z]+");
  EXPECT_EQ(verdict(field, "abc\n"), "must match the pattern [a-z]+");
}

TEST(CheckBounds, an_enum_names_its_values_and_the_nearest) {
  Field field;
  field.type = FieldType::enumeration;
  field.enum_values = {"open", "closed"};
  field = completed(field);
  EXPECT_EQ(verdict(field, "open"), "fine");
  EXPECT_EQ(verdict(field, "Open"), "must be one of 'open', 'closed', did you mean 'open'?");
  EXPECT_EQ(verdict(field, ""), "must be one of 'open', 'closed'");
}

}  // namespace
}  // namespace banyan
