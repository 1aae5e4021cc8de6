#include "banyan/api/query/query_fixture.hpp"

namespace banyan::api {
namespace {

using testing::HasSubstr;

class Filters : public Grammar {
 protected:
  // By place: Ann 20, Bob 30, a null age, Ann 40.
  const std::vector<Record> people_ = {
      user(1, text("Ann"), std::int64_t{20}, text(R"({"a":1,"k":"x","list":[1,"two"],"n":null})")),
      user(2, text("Bob"), std::int64_t{30}, text(R"({"a":2.5,"k":"y","o":{"z":true}})")),
      user(3, text("Cy"), Null(), text(R"({"a":"1","k":{"x":1}})")),
      user(4, text("Ann"), std::int64_t{40}, Null()),
  };
  std::string matching(std::string_view raw) const { return Grammar::matching(raw, people_); }
};

struct Case {
  const char* raw;
  const char* matches;
};

TEST_F(Filters, logic_nests_and_turns_round) {
  const Case cases[] = {
      {"or=(age.eq.20,age.eq.40)", "14"},
      {"and=(age.gt.20,age.lt.40)", "2"},
      {"not.or=(age.eq.20,age.eq.40)", "2"},
      {"not.and=(name.eq.Ann,age.eq.20)", "234"},
      {"or=(age.is.null,and(name.eq.Ann,age.gt.20))", "34"},
      {"or=(age.is.null,not.and(name.eq.Ann,age.gt.20))", "123"},
      {"or=(name.not.eq.Ann,age.in.(20,21))", "123"},
      {"or=(name.eq.\"Ann\",name.eq.Bob)&age=gt.20", "24"},
      {"or=(name.like(any).{B*,C*},age.eq.40)", "234"},
      {"or=(extra->>k.eq.x,extra->a.eq.2.5)", "12"},
  };
  for (const Case& each : cases) EXPECT_EQ(matching(each.raw), each.matches) << each.raw;
}

TEST_F(Filters, blanks_stand_around_commas_and_brackets_as_in_postgrest) {
  const Case cases[] = {
      {"or=( age.eq.20 , age.eq.40 )", "14"},
      {"or=(age.eq.20,%20and(name.eq.Ann,%20age.gt.20))", "14"},
      {"or=(age.is.null , not.and( name.eq.Ann,age.gt.20 ) )", "123"},
      {"and=(age.in.(20, 30), name.eq.\"Bob\" )", "2"},
      {"age=in.(20, 40 )", "14"},
      {"name=in.( \"Ann\" , \"Cy\" )", "134"},
      {"name=in.(Ann, Cy)", "14"},
      {"age=eq. 20", "1"},
      {"name=eq. Ann", ""},
      {"age=is.NULL", "3"},
      {"or=(age.is.Not_Null )", "124"},
  };
  for (const Case& each : cases) EXPECT_EQ(matching(each.raw), each.matches) << each.raw;
}

TEST_F(Filters, a_list_has_empty_texts_anywhere) {
  const std::vector<Record> people{user(1, text("Ann")), user(2, text(""))};
  for (const char* raw : {"name=in.(Ann,)", "name=in.(,Ann)", "name=in.(x,,Ann)", "or=(name.in.(Ann,))"})
    EXPECT_EQ(Grammar::matching(raw, people), "12") << raw;
  EXPECT_EQ(Grammar::matching("name=in.(,)", people), "2");
  EXPECT_EQ(Grammar::matching("name=in.()", people), "");
  EXPECT_EQ(reason_of("users", "age=in.(20,)"), "wrong_operand");
}

TEST_F(Filters, operators_that_compare_with_several_values) {
  const Case cases[] = {
      {"age=eq(any).{20,40}", "14"},    {"age=gt(all).{20,25}", "24"},  {"name=like(any).{A*,B*}", "124"},
      {"name=like(all).{A*,*n}", "14"}, {"name=ilike(any).{a*}", "14"}, {"age=not.eq(any).{20,40}", "2"},
      {"age=eq(any).{}", ""},
  };
  for (const Case& each : cases) EXPECT_EQ(matching(each.raw), each.matches) << each.raw;
}

TEST_F(Filters, blanks_in_braces_belong_to_no_element) {
  const Case cases[] = {
      {"name=like(any).{A*, B*}", "124"},
      {"name=eq(any).{ \"Ann\" , Bob }", "124"},
      {"name=eq(any).{\" Ann\",Bob}", "2"},
      {"or=(name.eq(any).{Ann, Bob},age.eq.1)", "124"},
      {"name=ilike(all).{ a* , *n }", "14"},
      {"name=eq(any).{\"\",Cy}", "3"},
      {"age=eq(any).{ }", ""},
  };
  for (const Case& each : cases) EXPECT_EQ(matching(each.raw), each.matches) << each.raw;
  for (const char* raw : {"name=eq(any).{Ann,}", "name=eq(any).{,Ann}", "name=eq(any).{Ann, ,Bob}"})
    EXPECT_EQ(reason_of("users", raw), "malformed_query") << raw;
}

TEST_F(Filters, isdistinct_takes_null_for_a_value) {
  EXPECT_EQ(matching("age=isdistinct.20"), "234");
  EXPECT_EQ(matching("age=not.isdistinct.20"), "1");
}

TEST_F(Filters, json_is_looked_into) {
  const Case cases[] = {
      {"extra->>k=eq.x", "1"},
      {"extra->k=eq.\"x\"", "1"},
      {"extra->a=eq.1", "1"},
      {"extra->a=eq.1.0", "1"},
      {"extra->>a=eq.1", "13"},
      {"extra->a=gt.1", "2"},
      {"extra->>a=gt.1", "2"},
      {"extra->list->>1=eq.two", "1"},
      {"extra->list->>-1=eq.two", "1"},
      {"extra->a=in.(1,\"\\\"1\\\"\")", "13"},
      {"extra->n=is.null", "234"},
      {"extra->>n=is.null", "1234"},
      {"extra->>k=is.null", "4"},
      {"extra->>k=not.is.null", "123"},
      {"extra=cs.{\"k\":\"x\"}", "1"},
      {"extra->list=cs.[1]", "1"},
      {"extra->o=cd.{\"z\":true,\"y\":1}", "2"},
      {"extra->>k=like.*", "12"},
      {"extra=is.null", "4"},
      {"or=(extra.cs.{\"k\":\"x\",\"a\":1},age.eq.40)", "14"},
  };
  for (const Case& each : cases) EXPECT_EQ(matching(each.raw), each.matches) << each.raw;
}

TEST_F(Filters, a_search_is_asked_of_declared_texts_only) {
  const auto searched = parse("posts", "title=plfts.quick fox").query.filter.children;
  ASSERT_EQ(searched.size(), 1U);
  EXPECT_EQ(searched[0].op, CompareOp::search);
  EXPECT_EQ(searched[0].words, SearchWords::plain);
  EXPECT_EQ(searched[0].operands, (std::vector<Value>{text("quick fox")}));
  EXPECT_EQ(parse("posts", "title=fts(simple).a").query.filter.children[0].words, SearchWords::query);
  EXPECT_EQ(reason_of("posts", "title=fts(german).a"), "unsupported");
  EXPECT_EQ(reason_of("users", "name=wfts.a"), "unsupported");
  EXPECT_THAT(refusal("users", "name=wfts.a").hint, HasSubstr("search = [\"name\"]"));
}

TEST_F(Filters, what_is_not_there_is_said_to_be_not_offered) {
  for (const char* raw : {"name=match.^A", "name=imatch.^a", "age=sl.1", "age=sr.1", "age=nxr.1", "age=nxl.1",
                          "age=adj.1", "age=ov.{1}", "name=cs.{1}", "extra->a=gt.\"x\"", "extra->a=gt.x"})
    EXPECT_EQ(reason_of("users", raw), "unsupported") << raw;
}

TEST_F(Filters, a_value_of_another_type_is_told_from_a_malformed_query) {
  for (const char* raw :
       {"age=eq.abc", "age=in.(null,30)", "age=eq.", "age=gt.99999999999999999999", "born=lt.soon", "active=eq.maybe",
        "age=eq(any).{1,x}", "age=isdistinct.x", "or=(age.eq.x)", "extra->a=eq.x", "extra=cs.{x"})
    EXPECT_EQ(reason_of("users", raw), "wrong_operand") << raw;
}

TEST_F(Filters, what_is_malformed_says_where) {
  for (const char* raw : {"or=",
                          "or=age.eq.1",
                          "or=(age.eq.1",
                          "or=(age.eq.1))",
                          "or=()",
                          "or=(age)",
                          "or=(age.eq)",
                          "or=(age.eq.1,)",
                          "and=(or(age.eq.1)",
                          "or=(name.eq.\"a)",
                          "or=(age.in.(1,2)",
                          "age=eq(some).{1}",
                          "age=eq(any).1",
                          "age=eq().1",
                          "age=neq(any).{1}",
                          "age=in(any).{1}",
                          "extra->=eq.1",
                          "extra->>a->b=eq.1",
                          "age->a=eq.1",
                          "extra=eq.1",
                          "extra=like.a",
                          "extra->a=like.x"})
    EXPECT_EQ(reason_of("users", raw), "malformed_query") << raw;
  EXPECT_THAT(refusal("users", "or=(age.eq.1;name.eq.x)").message, HasSubstr("or: "));
  EXPECT_THAT(refusal("users", "or=(nmae.eq.1)").message, HasSubstr("did you mean 'name'"));
  EXPECT_EQ(reason_of("users", "or=(nmae.eq.1)"), "unknown_field");
  EXPECT_EQ(reason_of("users", "extra->>a=eqq.1"), "malformed_query");
}

TEST_F(Filters, conditions_have_a_bound_whatever_way_they_are_written) {
  limits_.filter_count_max = 3;
  EXPECT_EQ(matching("or=(age.eq.1,age.eq.2,age.eq.20)"), "1");
  for (const char* raw : {"or=(age.eq.1,age.eq.2)&name=eq.a&age=gt.1", "name=like(any).{a,b,c,d}",
                          "or=(age.eq.1,and(age.eq.2,"
                          "age.eq.3,age.eq.4))"})
    EXPECT_THAT(refusal("users", raw).message, HasSubstr("at most 3 filters")) << raw;
}

TEST_F(Filters, logic_nests_as_deep_as_its_bound) {
  const auto nested = [](std::size_t depth) {
    std::string text = "age.eq.20";
    for (std::size_t i = 1; i < depth; ++i) text = "or(" + text + ")";
    return "or=(" + text + ")";
  };
  EXPECT_EQ(matching(nested(16)), "1");
  EXPECT_THAT(refusal("users", nested(17)).message, HasSubstr("at most 16 deep"));
}

}  // namespace
}  // namespace banyan::api
