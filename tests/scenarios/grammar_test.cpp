#include "scenarios/publishing.hpp"
#include "scenarios/stage.hpp"

namespace banyan::scenarios {
namespace {

class QueryGrammar : public PublishingTest {};
TEST_P(QueryGrammar, scenario) { run(GetParam()); }

const Scenario filters[] = {
    shown("or", "/people?select=id&or=(age.eq.20,age.is.null)", R"([{"id":2},{"id":3}])"),
    shown("not_and", "/people?select=id&not.and=(age.gt.20,name.eq.Ann)", R"([{"id":2},{"id":3}])"),
    shown("and_within_or", "/people?select=id&or=(name.eq.Cy,and(age.gt.10,age.lt.30))", R"([{"id":2},{"id":3}])"),
    shown("isdistinct", "/people?select=id&age=isdistinct.20", R"([{"id":1},{"id":3}])"),
    shown("like_any", "/people?select=id&name=like(any).{A*,C*}", R"([{"id":1},{"id":3}])"),
    shown("gt_all", "/people?select=id&age=gt(all).{10,20}", R"([{"id":1}])"),
};
INSTANTIATE_TEST_SUITE_P(Filters, QueryGrammar, testing::ValuesIn(filters), name_of);

const Scenario json[] = {
    shown("a_text_within_json", "/people?select=id&extra->>city=eq.Ulm", R"([{"id":1}])"),
    shown("a_value_within_json", "/people?select=id&extra->n=eq.3", R"([{"id":1}])"),
    shown("numbers_within_json_have_their_order", "/people?select=id&extra->n=gt.5", R"([{"id":2}])"),
    shown("texts_within_json_have_that_of_their_bytes", "/people?select=id&extra->>n=gt.25", R"([{"id":1}])"),
    shown("an_element_of_an_array", "/people?select=id&extra->tags->>1=eq.b", R"([{"id":1}])"),
    shown("json_null_is_a_value_but_no_text", "/people?select=id&extra->city=is.null", "[]"),
    shown("json_null_has_no_text", "/people?select=id&extra->>city=is.null", R"([{"id":3}])"),
    shown("an_array_has_a_text", "/people?select=id&extra->>tags=not.is.null", R"([{"id":1}])"),
    shown("contains", "/people?select=id&extra=cs.%7B%22tags%22:%5B%22b%22%5D%7D", R"([{"id":1}])"),
    shown("is_contained", "/people?select=id&extra=cd.%7B%22city%22:null,%22x%22:1%7D", R"([{"id":3}])"),
    shown("an_order_by_a_text_within_json", "/people?select=id&order=extra->>city.desc.nullslast",
          R"([{"id":1},{"id":2},{"id":3}])"),
    shown("paths_are_shown_under_their_last_names", "/people?select=extra->>city,first:extra->tags->0&id=lt.3",
          R"([{"city":"Ulm","first":"a"},{"city":"Aachen","first":null}])"),
};
INSTANTIATE_TEST_SUITE_P(Json, QueryGrammar, testing::ValuesIn(json), name_of);

const Scenario shapes[] = {
    shown("casts", "/people?select=age::text,height::int,n:extra->n::text&id=eq.2",
          R"([{"age":"20","height":2,"n":"20"}])"),
    shown("other_names", "/people?select=who:name&id=eq.1", R"([{"who":"Ann"}])"),
    shown("aggregates_over_all", "/people?select=count(),age.sum(),age.avg(),height.max(),least:name.min()",
          R"([{"count":3,"sum":60,"avg":30,"max":1.8,"least":"Ann"}])"),
    shown("aggregates_by_groups", "/posts?select=author,count(),score.sum()&order=author.desc.nullslast",
          R"([{"author":2,"count":1,"sum":1},{"author":1,"count":2,"sum":12},{"author":null,"count":1,"sum":null}])"),
    shown("aggregates_over_nothing", "/people?select=count(),age.sum()&id=lt.0", R"([{"count":0,"sum":null}])"),
    shown("aggregates_of_what_belongs", "/people?select=name,posts!author(count(),score.max())&id=in.(1,3)",
          R"([{"name":"Ann","posts":[{"count":2,"max":7}]},{"name":"Cy","posts":[{"count":0,"max":null}]}])"),
    shown("groups_within_json", "/people?select=extra->>city,count()&order=extra->>city&extra->>city=not.is.null",
          R"([{"city":"Aachen","count":1},{"city":"Ulm","count":1}])"),
    {"one_record_shows_paths_and_casts",
     published(),
     get("/people/1?select=city:extra->>city,age::text"),
     {.json = R"({"city":"Ulm","age":"40"})"}},
};
INSTANTIATE_TEST_SUITE_P(Shapes, QueryGrammar, testing::ValuesIn(shapes), name_of);

const Scenario refusals[] = {
    refused_as("a_cast_that_a_value_does_not_take", "/people?select=name::int", 400, "22P02", {"name: 'Ann'"}),
    refused_as("a_value_of_another_type", "/people?age=eq.abc", 400, "22P02", {"wrong_operand", "whole number"}),
    refused_as("an_id_of_another_type", "/rest/v1/people?id=in.(1,x)", 400, "22P02"),
    refused_as("a_cast_to_an_unknown_type", "/people?select=age::money", 400, "PGRST127", {"money"}),
    refused_as("a_regular_expression", "/people?name=match.^A", 400, "PGRST127"),
    refused_as("ranges", "/people?age=sl.1", 400, "PGRST127"),
    refused_as("a_search_of_what_is_not_declared", "/people?name=fts.a", 400, "PGRST127", {"search"}),
    refused_as("logic_that_does_not_end", "/people?or=(age.eq.1", 400, "PGRST100", {"At character"}),
    refused_as("an_unknown_field_within_logic", "/people?or=(nam.eq.a)", 400, "PGRST204", {"did you mean 'name'?"}),
    refused_as("an_order_of_groups_by_something_else", "/posts?select=author,count()&order=id", 400, "PGRST100"),
};
INSTANTIATE_TEST_SUITE_P(Refusals, QueryGrammar, testing::ValuesIn(refusals), name_of);

class Search : public PublishingTest {};

TEST_F(Search, declared_texts_are_searched_where_the_store_can_and_refused_elsewhere) {
  for (const Request& request : published()) must(request);
  const std::pair<const char*, const char*> searches[] = {
      {"title=plfts.fox", R"([{"id":1}])"},
      {"title=wfts.two%20or%20four", R"([{"id":2},{"id":4}])"},
      {"title=not.plfts.fox", R"([{"id":2},{"id":3},{"id":4}])"},
      {"title=fts.one%26fox", R"([{"id":1}])"},
      {"title=phfts.fox%20one", "[]"},
  };
  for (const auto& [search, ids] : searches) {
    const Response response = send(get(std::string("/posts?select=id&") + search));
    if (on_postgres()) {
      EXPECT_EQ(response.body, ids) << search;
    } else {
      EXPECT_EQ(response.status, 400) << search;
      EXPECT_NE(response.body.find("PGRST127"), std::string::npos) << response.body;
    }
  }
}

TEST_F(Search, a_text_that_cannot_be_read_is_refused) {
  if (!on_postgres()) return;
  for (const std::string& text : {std::string("(a"), std::string("a%20%26%26"), std::string(33, '!') + "a",
                                  "b%7Cc%26" + std::string(40, '!') + "a"}) {
    const Response response = send(get("/posts?title=fts." + text));
    EXPECT_EQ(response.status, 400) << text;
    EXPECT_NE(response.body.find("the text of the search cannot be read"), std::string::npos) << response.body;
  }
  EXPECT_EQ(send(get("/posts?title=wfts." + std::string(100, '-') + "a")).status, 400);
  EXPECT_EQ(send(get("/posts?title=fts." + std::string(20, '!') + "a")).status, 200);
}

}  // namespace
}  // namespace banyan::scenarios
