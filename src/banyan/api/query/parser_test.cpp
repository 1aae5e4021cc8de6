#include "banyan/api/query/parser.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace banyan::api {
namespace {

using testing::HasSubstr;

Field field(std::string name, FieldType type, bool required = false) {
  Field made;
  made.name = std::move(name);
  made.type = type;
  made.required = required;
  return made;
}

class QueryParser : public testing::Test {
 protected:
  void SetUp() override {
    Collection users;
    users.name = "users";
    Field id = field("id", FieldType::integer, true);
    id.role = FieldRole::id;
    users.fields = {id, field("name", FieldType::text, true), field("age", FieldType::integer),
                    field("active", FieldType::boolean), field("extra", FieldType::json)};
    schema_.collections.push_back(users);
    ASSERT_TRUE(complete(schema_).empty());
  }

  ParsedQuery parse(std::string_view raw) {
    auto parsed = parse_list_query(raw, subject());
    if (parsed) return std::move(*parsed);
    ADD_FAILURE() << raw << ": " << parsed.error().message;
    return {};
  }

  std::string refusal(std::string_view raw) {
    auto parsed = parse_list_query(raw, subject());
    if (parsed) return "accepted";
    EXPECT_EQ(parsed.error().code, ErrorCode::invalid);
    EXPECT_FALSE(parsed.error().reason.empty()) << raw;
    EXPECT_FALSE(parsed.error().hint.empty()) << raw;
    return parsed.error().message;
  }

  bool matches_row(std::string_view raw, Value name, Value age, Value active = Null{}) {
    Record record;
    record.values = {Value(std::int64_t{1}), std::move(name), std::move(age), std::move(active), Value(Null{})};
    return matches(parse(raw).query.filter, record);
  }

  QuerySubject subject() const { return {schema_, schema_.collections.front(), limits_}; }

  Schema schema_;
  QueryLimits limits_{.default_limit = 20, .max_limit = 50, .filter_count_max = 3, .in_operands_max = 4};
};

const Value alice = std::string("Alice");
const Value forty = std::int64_t{40};
const Value none = Null{};

TEST_F(QueryParser, an_empty_query_asks_for_the_first_page_of_everything) {
  const ParsedQuery parsed = parse("");
  EXPECT_EQ(parsed.query.limit, 20U);
  EXPECT_EQ(parsed.query.offset, 0U);
  EXPECT_TRUE(parsed.selection.whole);
  EXPECT_TRUE(parsed.query.order.empty());
  EXPECT_TRUE(matches_row("", alice, none));
}

TEST_F(QueryParser, every_operator_means_what_it_says) {
  EXPECT_TRUE(matches_row("age=eq.40", alice, forty));
  EXPECT_FALSE(matches_row("age=neq.40", alice, forty));
  EXPECT_TRUE(matches_row("age=gt.39", alice, forty));
  EXPECT_TRUE(matches_row("age=gte.40", alice, forty));
  EXPECT_FALSE(matches_row("age=lt.40", alice, forty));
  EXPECT_TRUE(matches_row("age=lte.40", alice, forty));
  EXPECT_TRUE(matches_row("name=like.Al*", alice, none));
  EXPECT_FALSE(matches_row("name=like.al*", alice, none));
  EXPECT_TRUE(matches_row("name=ilike.al%25", alice, none));
  EXPECT_TRUE(matches_row("age=in.(1,40)", alice, forty));
  EXPECT_FALSE(matches_row("age=in.()", alice, forty));
  EXPECT_TRUE(matches_row("age=is.null", alice, none));
  EXPECT_TRUE(matches_row("age=is.not_null", alice, forty));
  EXPECT_TRUE(matches_row("active=is.true", alice, none, Value(true)));
  EXPECT_FALSE(matches_row("active=is.false", alice, none, none));
}

TEST_F(QueryParser, not_turns_an_operator_round_and_leaves_nulls_unmatched) {
  EXPECT_FALSE(matches_row("age=not.eq.40", alice, forty));
  EXPECT_TRUE(matches_row("age=not.eq.41", alice, forty));
  EXPECT_FALSE(matches_row("age=not.eq.41", alice, none));
  EXPECT_TRUE(matches_row("age=not.is.null", alice, forty));
  EXPECT_TRUE(matches_row("age=not.not.eq.40", alice, forty));
}

TEST_F(QueryParser, several_filters_must_all_hold) {
  EXPECT_TRUE(matches_row("age=gt.30&age=lt.50&name=eq.Alice", alice, forty));
  EXPECT_FALSE(matches_row("age=gt.30&age=lt.40", alice, forty));
}

TEST_F(QueryParser, in_takes_quoted_elements_and_escapes) {
  EXPECT_TRUE(matches_row("name=in.(%22a,b%22,%22c)%22)", Value(std::string("a,b")), none));
  EXPECT_TRUE(matches_row("name=in.(%22a%5C%22b%22)", Value(std::string("a\"b")), none));
  EXPECT_TRUE(matches_row("name=in.(x,)y)", Value(std::string(")y")), none));
}

TEST_F(QueryParser, an_escaped_asterisk_in_a_pattern_is_itself) {
  EXPECT_TRUE(matches_row("name=like.a%5C*b", Value(std::string("a*b")), none));
  EXPECT_FALSE(matches_row("name=like.a%5C*b", Value(std::string("axb")), none));
  EXPECT_TRUE(matches_row("name=like.a%5C%25", Value(std::string("a%")), none));
}

TEST_F(QueryParser, a_pattern_has_a_bound_that_its_refusal_names) {
  EXPECT_EQ(refusal("name=like." + std::string(1'000, 'a')), "accepted");
  EXPECT_THAT(refusal("name=like." + std::string(1'001, 'a')), HasSubstr("1000 bytes"));
  EXPECT_THAT(refusal("name=not.ilike." + std::string(1'001, '*')), HasSubstr("1000 bytes"));
}

TEST_F(QueryParser, order_limit_offset_and_select_are_understood) {
  const ParsedQuery parsed = parse("order=age.desc, name.asc.nullsfirst ,id&limit=7&offset=3&select=name,id");
  ASSERT_EQ(parsed.query.order.size(), 3U);
  EXPECT_EQ(parsed.query.order[0], (OrderTerm{2, true, true}));
  EXPECT_EQ(parsed.query.order[1], (OrderTerm{1, false, true}));
  EXPECT_EQ(parsed.query.order[2], (OrderTerm{0, false, false}));
  EXPECT_EQ(parsed.query.limit, 7U);
  EXPECT_EQ(parsed.query.offset, 3U);
  EXPECT_EQ(parsed.selection.plain_fields(), (std::vector<std::size_t>{1, 0}));
}

TEST_F(QueryParser, what_is_wrong_is_named_with_the_nearest_right_word) {
  EXPECT_THAT(refusal("nmae=eq.Alice"), HasSubstr("did you mean 'name'?"));
  EXPECT_THAT(refusal("ordr=name"), HasSubstr("did you mean 'order'?"));
  EXPECT_THAT(refusal("select=nam"), HasSubstr("did you mean 'name'?"));
  EXPECT_THAT(refusal("order=name.decs"), HasSubstr("did you mean 'desc'?"));
  EXPECT_THAT(refusal("name=ilik.a"), HasSubstr("did you mean 'ilike'?"));
}

TEST_F(QueryParser, what_is_wrong_names_its_parameter) {
  const auto field_of = [&](std::string_view raw) {
    const auto parsed = parse_list_query(raw, subject());
    if (parsed || parsed.error().fields.size() != 1) return std::string("none");
    EXPECT_THAT(parsed.error().message, HasSubstr(parsed.error().fields.front().field)) << raw;
    return parsed.error().fields.front().field;
  };
  for (const char* raw : {"order=extra", "order=name.down", "order=", "order=name,name", "order=name&order=age"})
    EXPECT_EQ(field_of(raw), "order") << raw;
  EXPECT_EQ(field_of("select=nothing"), "select");
  EXPECT_EQ(field_of("limit=x"), "limit");
  EXPECT_EQ(field_of("age=eq.x"), "age");
  EXPECT_EQ(field_of("nothing=eq.1"), "nothing");
  EXPECT_EQ(field_of("or=(a.eq.1)"), "or");
  const auto record = parse_record_query("select=nothing", subject());
  ASSERT_FALSE(record);
  EXPECT_EQ(record.error().fields, (std::vector<FieldProblem>{{"select", "'nothing' is not a field of users."}}));
}

TEST_F(QueryParser, malformed_queries_are_refused) {
  for (const char* raw : {"age=40",
                          "age=eq",
                          "age=eq.x",
                          "age=eq.",
                          "age=like.4*",
                          "age=is.true",
                          "active=is.maybe",
                          "age=in.1",
                          "age=in.(1,)",
                          "age=in.(1,2,3,4,5)",
                          "name=in.(%22a)",
                          "name=in.(%22a%22b)",
                          "limit=51",
                          "limit=-1",
                          "limit=",
                          "limit=1&limit=2",
                          "offset=x",
                          "order=",
                          "order=age.asc.desc",
                          "order=age,age",
                          "order=extra",
                          "select=",
                          "select=name,name",
                          "select=name,",
                          "extra=eq.1",
                          "name=eq.%zz",
                          "name=eq.%00",
                          "age=gt.1&age=gt.2&age=gt.3&age=gt.4",
                          "=eq.1",
                          "&&name=eq.x&=",
                          "not.eq.1"})
    EXPECT_NE(refusal(raw), "accepted") << raw;
}

TEST_F(QueryParser, a_single_record_takes_a_selection_and_nothing_else) {
  EXPECT_TRUE(parse_record_query("select=id,name", subject()).has_value());
  EXPECT_TRUE(parse_record_query("", subject()).has_value());
  EXPECT_FALSE(parse_record_query("limit=1", subject()).has_value());
  EXPECT_FALSE(parse_record_query("select=id&select=id", subject()).has_value());
}

}  // namespace
}  // namespace banyan::api
