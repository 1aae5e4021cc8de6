#include "scenarios/requests.hpp"
#include "scenarios/scenario.hpp"

namespace banyan::scenarios {
namespace {

// Five people: a null in every field that is asked for, letters of both cases, and characters that patterns know.
const char* const people = R"json([
  {"name":"alice","age":30,"active":true,"height":1.7,"born":"2000-01-01","email":"alice@example.com"},
  {"name":"Bob","age":20,"active":false,"height":1.8,"born":"1990-05-05"},
  {"name":"carol","active":null},
  {"name":"50% Dave","age":20,"active":true,"role":"admin"},
  {"name":"Eve, \"E\" (x)",
                  "age" : 40, "active" : false
}
])json";

Scenario listed(std::string name, const std::string& query, std::string ids) {
  std::string wanted = "[";
  for (const char id : ids) wanted += std::string(wanted.size() > 1 ? "," : "") + "{\"id\":" + id + "}";
  return {std::move(name), {post("/users", people)}, get("/users?select=id" + query), {.json = wanted + "]"}};
}

class Queries : public ScenarioTest {};
TEST_P(Queries, scenario) { run(GetParam()); }

const Scenario filters[] = {
    listed("without_a_filter_all_come_in_order_of_their_ids", "", "12345"),
    listed("eq", "&age=eq.20", "24"),
    listed("neq_leaves_nulls_out", "&age=neq.20", "15"),
    listed("gt", "&age=gt.20", "15"),
    listed("gte", "&age=gte.30", "15"),
    listed("lt", "&age=lt.30", "24"),
    listed("lte", "&age=lte.20", "24"),
    listed("two_filters_must_both_hold", "&age=gte.20&age=lt.30", "24"),
    listed("filters_of_several_fields", "&age=eq.20&active=is.true", "4"),
    listed("text_is_compared_by_its_bytes", "&name=eq.bob", ""),
    listed("text_has_the_order_of_its_bytes", "&name=lt.C", "24"),
    listed("like_knows_upper_and_lower_case", "&name=like.b%25", ""),
    listed("like_takes_asterisks_for_percent", "&name=like.B*", "2"),
    listed("ilike_does_not", "&name=ilike.b%25", "2"),
    listed("like_with_one_character", "&name=like.B_b", "2"),
    listed("like_with_an_escaped_percent", "&name=like.50%5C%25%25", "4"),
    listed("in", "&age=in.(20,40)", "245"),
    listed("in_with_nothing_matches_nothing", "&age=in.()", ""),
    listed("in_with_quotes", "&name=in.(Bob,%22Eve,%20%5C%22E%5C%22%20(x)%22)", "25"),
    listed("is_null", "&age=is.null", "3"),
    listed("is_not_null", "&age=is.not_null", "1245"),
    listed("is_true", "&active=is.true", "14"),
    listed("is_false", "&active=is.false", "25"),
    listed("not_eq_leaves_nulls_out", "&age=not.eq.20", "15"),
    listed("not_is_null", "&age=not.is.null", "1245"),
    listed("not_is_true_keeps_nulls", "&active=not.is.true", "235"),
    listed("not_in_leaves_nulls_out", "&age=not.in.(20,40)", "1"),
    listed("not_like", "&name=not.like.%25a%25", "25"),
    listed("a_date", "&born=gte.1995-01-01", "1"),
    listed("a_number", "&height=gt.1.75", "2"),
    listed("an_enum", "&role=eq.admin", "4"),
    listed("an_id", "&id=in.(5,1)", "15"),
    listed("a_plus_is_a_space", "&name=eq.50%25+Dave", "4"),
};
INSTANTIATE_TEST_SUITE_P(Filters, Queries, testing::ValuesIn(filters), name_of);

const Scenario pages[] = {
    listed("ascending_has_nulls_last", "&order=age", "24153"),
    listed("descending_has_nulls_first", "&order=age.desc", "35124"),
    listed("nullslast", "&order=age.desc.nullslast", "51243"),
    listed("nullsfirst", "&order=age.asc.nullsfirst", "32415"),
    listed("two_terms", "&order=age.desc.nullslast,name.desc", "51243"),
    listed("by_name_in_byte_order", "&order=name", "42513"),
    listed("limit", "&limit=2", "12"),
    listed("offset", "&limit=2&offset=3", "45"),
    listed("a_limit_of_none", "&limit=0", ""),
    listed("an_offset_past_the_end", "&offset=5", ""),
};
INSTANTIATE_TEST_SUITE_P(Pages, Queries, testing::ValuesIn(pages), name_of);

const Scenario shapes[] = {
    {"a_list_holds_whole_records",
     {post("/notes", R"({"text":"a"})")},
     get("/notes"),
     {.headers = {{"content-type", "application/json"}}, .json = R"([{"id":"*","text":"a"}])"}},
    {"an_empty_list_is_an_array", {}, get("/users"), {.json = "[]"}},
    {"select_of_all",
     {post("/notes", R"({"text":"a"})")},
     get("/notes?select=*"),
     {.json = R"([{"id":"*","text":"a"}])"}},
    {"without_a_limit_a_hundred_come",
     {post(
         "/notes", "[" +
                       [] {
                         std::string all = R"({"text":"t"})";
                         for (int i = 1; i < 101; ++i) all += R"(,{"text":"t"})";
                         return all;
                       }() +
                       "]")},
     get("/notes?select=text"),
     {.json = "[" +
              [] {
                std::string all = R"({"text":"t"})";
                for (int i = 1; i < 100; ++i) all += R"(,{"text":"t"})";
                return all;
              }() +
              "]"}},
};
INSTANTIATE_TEST_SUITE_P(Shapes, Queries, testing::ValuesIn(shapes), name_of);

Scenario refused(std::string name, const std::string& query, std::vector<std::string> contains) {
  return {std::move(name),
          {post("/users", people)},
          get("/users?" + query),
          {.status = 400, .contains = std::move(contains), .lacks = {"alice"}}};
}

const Scenario refusals[] = {
    refused("an_unknown_field_is_told_with_the_nearest", "nmae=eq.x", {"'nmae'", "did you mean 'name'"}),
    refused("an_unknown_parameter_is_told_with_the_nearest", "limt=5", {"did you mean 'limit'"}),
    refused("an_unknown_operator_is_told_with_the_nearest", "age=gtee.5", {"'gtee'", "did you mean 'gte'"}),
    refused("a_value_without_an_operator_says_how", "age=30", {"eq."}),
    refused("an_operator_without_a_value", "age=eq", {"eq"}),
    refused("a_word_for_an_integer", "age=eq.old", {"age"}),
    refused("no_value_for_an_integer", "age=eq.", {"age"}),
    refused("a_pattern_for_an_integer", "age=like.3%25", {"age"}),
    refused("is_with_another_word", "age=is.zero", {"is.null"}),
    refused("is_true_for_no_boolean", "age=is.true", {"is.null"}),
    refused("in_without_brackets", "age=in.20,40", {"in.("}),
    refused("an_empty_value_in_a_list_of_integers", "age=in.(20,)", {"age", "whole number"}),
    refused("a_limit_above_the_maximum_tells_the_bound", "limit=1001", {"1000"}),
    refused("a_limit_that_is_no_number", "limit=ten", {"limit"}),
    refused("a_negative_limit", "limit=-1", {"limit"}),
    refused("a_limit_given_twice", "limit=1&limit=2", {"twice"}),
    refused("an_offset_that_is_no_number", "offset=x", {"offset"}),
    refused("an_order_of_an_unknown_field", "order=agee",
            {R"("field":"order")", "order: 'agee'", "did you mean 'age'"}),
    refused("an_order_in_an_unknown_direction", "order=age.down", {"'down'"}),
    refused("an_order_of_nothing", "order=", {"is not a field of users"}),
    refused("a_select_of_an_unknown_field", "select=id,nam", {"did you mean 'name'"}),
    refused("a_select_of_a_field_twice", "select=id,id", {"twice"}),
    refused("a_malformed_escape", "name=eq.%zz", {"percent"}),
    refused("bytes_that_are_no_utf8", "name=eq.%ff", {"UTF-8"}),
    refused("a_nul", "name=eq.%00", {"UTF-8"}),
};
INSTANTIATE_TEST_SUITE_P(Refusals, Queries, testing::ValuesIn(refusals), name_of);

}  // namespace
}  // namespace banyan::scenarios
