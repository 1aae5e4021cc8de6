#include "scenarios/requests.hpp"
#include "scenarios/scenario.hpp"

namespace banyan::scenarios {
namespace {

// Bad input, and what the answer says to do about it. Nothing of it may be stored.
class Validation : public ScenarioTest {};
TEST_P(Validation, scenario) {
  run(GetParam());
  expect_response(send(get("/users")), {.json = "[]"}, "GET");
}

Scenario refused(std::string name, std::string body, std::vector<std::string> contains, int status = 400) {
  return {std::move(name), {}, post("/users", std::move(body)), {.status = status, .contains = std::move(contains)}};
}

const Scenario bodies[] = {
    refused("a_required_field_is_missing", "{}", {R"("errors":[)", R"("field":"name")"}),
    refused("a_required_field_is_null", R"({"name":null})", {R"("field":"name")"}),
    refused("an_unknown_field_is_told_with_the_nearest", R"({"name":"A","emial":"a@b.c"})",
            {R"("field":"emial")", "email"}),
    refused("a_read_only_field_is_refused", R"({"name":"A","score":1})", {R"("field":"score")"}),
    refused("all_wrong_fields_are_told_at_once", R"({"age":"old","email":"nobody","active":1})",
            {R"("field":"name")", R"("field":"age")", R"("field":"email")", R"("field":"active")"}),
    refused("the_place_in_a_batch_is_told", R"([{"name":"A"},{"name":"B","age":-1}])", {"[1].age"}),
    refused("a_batch_of_other_things_is_refused", R"([1,2])", {"object"}),
    refused("a_body_that_is_no_object_is_refused", R"("Alice")", {"object"}),
    refused("a_member_given_twice_is_refused", R"({"name":"A","name":"B"})", {"name"}),
    refused("an_empty_body_is_refused", "", {"body"}),
    refused("malformed_json_is_refused_with_the_place", R"({"name":)", {"PGRST102", "8"}),
    refused("json_with_something_behind_it_is_refused", R"({"name":"A"} x)", {"PGRST102"}),
    refused("json_that_is_too_deep_is_refused", std::string(200, '[') + std::string(200, ']'), {"PGRST102"}),
    refused("json_that_is_no_utf8_is_refused", "{\"name\":\"\xff\"}", {"PGRST102", "byte 9"}),
    refused("a_text_with_nul_is_refused", R"({"name":"a\u0000b"})", {R"("field":"name")"}),
    refused("half_a_surrogate_pair_is_refused", R"({"name":"\ud800"})", {"PGRST102"}),
};
INSTANTIATE_TEST_SUITE_P(Bodies, Validation, testing::ValuesIn(bodies), name_of);

Scenario refused_value(std::string name, const std::string& field, const std::string& value) {
  return refused(std::move(name), R"({"name":"A",")" + field + "\":" + value + "}", {R"("field":")" + field + "\""});
}

const Scenario values[] = {
    refused("a_text_that_is_too_long", R"({"name":")" + std::string(51, 'x') + "\"}", {R"("field":"name")", "50"}),
    refused("a_text_that_is_too_short", R"({"name":""})", {R"("field":"name")"}),
    refused_value("a_number_for_a_text", "code", "5"),
    refused_value("a_text_against_the_pattern", "code", R"("abc1")"),
    refused_value("a_pattern_holds_for_the_whole_text", "code", R"("ABC1 and more")"),
    refused_value("an_integer_over_the_maximum", "age", "151"),
    refused_value("an_integer_under_the_minimum", "age", "-1"),
    refused_value("a_fraction_for_an_integer", "age", "1.5"),
    refused_value("an_integer_as_text", "age", R"("30")"),
    refused_value("an_integer_past_64_bits", "age", "92233720368547758080"),
    refused_value("a_number_under_the_minimum", "height", "0.25"),
    refused_value("a_boolean_as_text", "active", R"("true")"),
    refused_value("a_day_that_does_not_exist", "born", R"("2026-02-30")"),
    refused_value("a_timestamp_without_an_offset", "seen", R"("2026-11-23T18:17:05")"),
    refused_value("an_address_without_an_at", "email", R"("alice.example.com")"),
    refused_value("a_url_without_a_scheme", "site", R"("example.com")"),
    refused_value("a_word_that_is_not_in_the_enum", "role", R"("root")"),
};
INSTANTIATE_TEST_SUITE_P(Values, Validation, testing::ValuesIn(values), name_of);

const Scenario envelopes[] = {
    {"another_content_type_is_refused",
     {},
     request("POST", "/users", "name=Alice", {{"Content-Type", "application/x-www-form-urlencoded"}}),
     {.status = 415, .contains = {"application/json"}}},
    {"a_body_that_is_too_large_is_refused",
     {},
     post("/users", R"({"name":")" + std::string(1'100'000, 'x') + "\"}"),
     {.status = 413}},
    {"a_batch_of_too_many_is_refused",
     {},
     post(
         "/users", "[" +
                       [] {
                         std::string all = R"({"name":"A"})";
                         for (int i = 0; i < 20'000; ++i) all += R"(,{"name":"A"})";
                         return all;
                       }() +
                       "]"),
     {.status = 413}},
};
INSTANTIATE_TEST_SUITE_P(Envelopes, Validation, testing::ValuesIn(envelopes), name_of);

class Canonical : public ScenarioTest {};
TEST_P(Canonical, scenario) { run(GetParam()); }

Scenario kept(std::string name, const std::string& field, const std::string& given, const std::string& stored) {
  return {std::move(name),
          {},
          post("/users?select=" + field, R"({"name":"A",")" + field + "\":" + given + "}"),
          {.status = 201, .contains = {"{\"" + field + "\":" + stored + "}"}}};
}

// What is stored is canonical, whatever way it was written in; the body is compared to the byte.
const Scenario canonical[] = {
    kept("a_timestamp_is_told_in_utc_with_microseconds", "seen", R"("2026-11-23T20:17:05.5+02:00")",
         R"("2026-11-23T18:17:05.500000Z")"),
    kept("a_date_stays", "born", R"("2026-11-23")", R"("2026-11-23")"),
    kept("a_large_integer_keeps_every_digit", "age", "150", "150"),
    kept("a_number_is_as_short_as_it_can_be", "height", "1.50", "1.5"),
    kept("a_whole_number_in_an_integer_field_may_have_a_point", "age", "30", "30"),
    kept("json_keeps_its_structure", "extra", R"({"b":[1,true,null],"a":{}})", R"({"a":{},"b":[1,true,null]})"),
    kept("text_outside_ascii_stays", "extra", R"("caf\u00e9 \ud83d\ude00")", "\"caf\xc3\xa9 \xf0\x9f\x98\x80\""),
    kept("quotes_and_newlines_are_escaped", "extra", R"("a \"b\"\n\u0001")", R"("a \"b\"\n\u0001")"),
};
INSTANTIATE_TEST_SUITE_P(Values, Canonical, testing::ValuesIn(canonical), name_of);

}  // namespace
}  // namespace banyan::scenarios
