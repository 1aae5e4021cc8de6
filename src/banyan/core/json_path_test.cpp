#include "banyan/core/json_path.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace banyan {
namespace {

constexpr std::string_view document =
    R"({"":"empty","a":{"b":[10,{"c":null},[true,"x,]}\""]]},"e\"f":1,"n":-2.5,"n2":{"a":7},"z\\":[],"é":{}})";

std::string at(std::string_view json, std::vector<std::string> path) {
  return std::string(json_at(json, path).value_or("nowhere"));
}

TEST(JsonPath, without_steps_is_the_whole_document) {
  EXPECT_EQ(at(document, {}), document);
  EXPECT_EQ(at("7", {}), "7");
}

TEST(JsonPath, follows_members_and_elements) {
  EXPECT_EQ(at(document, {"a"}), R"({"b":[10,{"c":null},[true,"x,]}\""]]})");
  EXPECT_EQ(at(document, {"a", "b", "0"}), "10");
  EXPECT_EQ(at(document, {"a", "b", "1", "c"}), "null");
  EXPECT_EQ(at(document, {"a", "b", "2", "1"}), R"("x,]}\"")");
  EXPECT_EQ(at(document, {"n"}), "-2.5");
  EXPECT_EQ(at(document, {"n2", "a"}), "7");
  EXPECT_EQ(at(document, {"z\\"}), "[]");
  EXPECT_EQ(at(document, {"\xC3\xA9"}), "{}") << "the last one";
}

TEST(JsonPath, leads_nowhere_where_a_step_has_nothing) {
  EXPECT_EQ(at(document, {"A"}), "nowhere");
  EXPECT_EQ(at(document, {"b"}), "nowhere") << "only within a";
  EXPECT_EQ(at(document, {"a", "b", "3"}), "nowhere");
  EXPECT_EQ(at(document, {"a", "b", "c"}), "nowhere");
  EXPECT_EQ(at(document, {"a", "b", "0", "0"}), "nowhere") << "a number has no elements";
  EXPECT_EQ(at(document, {"a", "b", "1", "c", "d"}), "nowhere") << "null has no members";
  EXPECT_EQ(at(document, {"z\\", "0"}), "nowhere");
  EXPECT_EQ(at(document, {"\xC3\xA9", "a"}), "nowhere");
  EXPECT_EQ(at(R"("abc")", {"0"}), "nowhere") << "nor has a text";
}

TEST(JsonPath, names_are_compared_without_their_escapes) {
  EXPECT_EQ(at(document, {"e\"f"}), "1");
  EXPECT_EQ(at(document, {"e\\\"f"}), "nowhere");
  EXPECT_EQ(at(document, {""}), R"("empty")");
  EXPECT_EQ(at(R"({"a\nb":1,"a\u001fb":2,"a\\":{"\"":3}})", {"a\nb"}), "1");
  EXPECT_EQ(at(R"({"a\nb":1,"a\u001fb":2,"a\\":{"\"":3}})", {"a\x1F"
                                                             "b"}),
            "2");
  EXPECT_EQ(at(R"({"a\nb":1,"a\u001fb":2,"a\\":{"\"":3}})", {"a\\", "\""}), "3");
}

TEST(JsonPath, numbers_name_elements_of_arrays_and_members_of_objects) {
  EXPECT_EQ(at(R"({"0":"zero","-1":"minus"})", {"0"}), R"("zero")");
  EXPECT_EQ(at(R"({"0":"zero","-1":"minus"})", {"-1"}), R"("minus")");
  EXPECT_EQ(at("[1,[2,3],4]", {"1", "1"}), "3");
}

TEST(JsonPath, negative_numbers_count_from_the_end) {
  EXPECT_EQ(at("[1,[2,3],4]", {"-1"}), "4");
  EXPECT_EQ(at("[1,[2,3],4]", {"-2", "-2"}), "2");
  EXPECT_EQ(at("[1,[2,3],4]", {"-3"}), "1");
  EXPECT_EQ(at("[1,[2,3],4]", {"-4"}), "nowhere");
  EXPECT_EQ(at("[1,[2,3],4]", {"-0"}), "1");
  EXPECT_EQ(at("[]", {"-1"}), "nowhere");
}

TEST(JsonPath, a_number_is_read_as_postgresql_reads_it) {
  for (const char* step : {"+1", "01", " 1", "\t+01"}) EXPECT_EQ(at("[1,2]", {step}), "2") << step;
  for (const char* step : {"", " ", "+", "-", "+-1", "- 1", "1 ", "1.0", "0x1", "4294967297", "99999999999999999999"})
    EXPECT_EQ(at("[1,2]", {step}), "nowhere") << step;
}

TEST(JsonPath, text_that_is_not_json_is_never_read_past_its_end) {
  const std::string whole(document);
  const std::vector<std::vector<std::string>> paths = {
      {"a", "b", "2", "1"}, {"e\"f"}, {"\xC3\xA9", "x"}, {"a", "b", "-1"}};
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    const std::string cut = whole.substr(0, length);
    for (const auto& path : paths) (void)json_at(cut, path);
  }
  for (const char* broken :
       {"{", "[", "{\"", "{\"a", "{\"a\"", "{\"a\":", "[,", "[,,]", "}", "]", "{\"a\"}", "\"\\", "{}}"})
    for (const auto& path : paths) (void)json_at(broken, path);
}

TEST(JsonTerm, a_value_is_the_json_and_null_where_the_path_leads_nowhere) {
  EXPECT_EQ(json_term_value(R"({"a":1})", Term::Json::value), Value(std::string(R"({"a":1})")));
  EXPECT_EQ(json_term_value("null", Term::Json::value), Value(std::string("null")));
  EXPECT_EQ(json_term_value(std::nullopt, Term::Json::value), Value());
}

TEST(JsonTerm, a_text_is_that_of_strings_numbers_and_booleans) {
  const auto text = [](std::string_view json) { return json_term_value(json, Term::Json::text); };
  EXPECT_EQ(text(R"("a\n\"é\"")"), Value(std::string("a\n\"\xC3\xA9\"")));
  EXPECT_EQ(text("\"\""), Value(std::string()));
  EXPECT_EQ(text("-2.5"), Value(std::string("-2.5")));
  EXPECT_EQ(text("18446744073709551615"), Value(std::string("18446744073709551615")));
  EXPECT_EQ(text("true"), Value(std::string("true")));
  EXPECT_EQ(text("false"), Value(std::string("false")));
  for (const char* other : {"null", "[]", "{}", "[1]"}) EXPECT_EQ(text(other), Value()) << other;
  EXPECT_EQ(json_term_value(std::nullopt, Term::Json::text), Value());
}

TEST(JsonTerm, the_text_of_a_number_is_what_postgresql_makes_of_it_and_not_the_canonical_one) {
  const std::pair<std::string_view, std::string> cases[] = {
      {"0", "0"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"1000000000000000", "1000000000000000"},
      {"18446744073709551616", "1.8446744073709552e+19"},
      {"1180591620717411303424", "1.1805916207174113e+21"},
      {"-9223372036854777856", "-9.223372036854778e+18"},
      {"1e+300", "1e+300"},
      {"5e-324", "5e-324"},
      {"1e-04", "0.0001"},
      {"-2e-04", "-0.0002"},
      {"1.5e-05", "1.5e-05"},
      {"0.1", "0.1"},
      {"999999999999999.9", "999999999999999.9"},
      {"123456789012.5", "123456789012.5"},
  };
  for (const auto& [json, text] : cases) EXPECT_EQ(json_term_value(json, Term::Json::text), Value(text)) << json;
}

TEST(JsonTerm, a_number_is_that_of_numbers_alone) {
  const auto number = [](std::string_view json) { return json_term_value(json, Term::Json::number); };
  EXPECT_EQ(number("7"), Value(7.0));
  EXPECT_EQ(number("-2.5"), Value(-2.5));
  EXPECT_EQ(number("9007199254740993"), Value(9007199254740992.0)) << "the nearest";
  EXPECT_EQ(number("18446744073709551615"), Value(18446744073709551616.0));
  EXPECT_EQ(number("1e+300"), Value(1e300));
  EXPECT_EQ(number("5e-324"), Value(std::numeric_limits<double>::denorm_min()));
  for (const char* other : {"\"7\"", "true", "null", "[7]", "{}"}) EXPECT_EQ(number(other), Value()) << other;
}

struct Containment {
  std::string_view outer;
  std::string_view inner;
  bool expected;
};

// What PostgreSQL answers to `select '<outer>'::jsonb @> '<inner>'::jsonb`.
TEST(JsonContains, is_what_postgresql_says) {
  const Containment cases[] = {
      {"1", "1", true},
      {"1", "2", false},
      {"null", "null", true},
      {R"("a")", R"("a")", true},
      {"true", "1", false},
      {"18446744073709551615", "18446744073709551615", true},
      {"9007199254740993", "9007199254740992", false},
      {"[1,2,3]", "[3,1]", true},
      {"[1,2,3]", "[1,1,1]", true},
      {"[1,2,3]", "[]", true},
      {"[1,2,3]", "[4]", false},
      {"[1,2,3]", "2", true},
      {"[[1,2],3]", "2", false},
      {"[[1,2],3]", "[2]", false},
      {"[[1,2],3]", "[[2]]", true},
      {"[[1,2],3]", "[[]]", true},
      {"[1,2]", "[[]]", false},
      {"[1,2]", "[[1]]", false},
      {"[[1],[2]]", "[[1,2]]", false},
      {"[[1],[1,2]]", "[[2,1]]", true},
      {"1", "[1]", false},
      {"1", "[]", false},
      {"[]", "[]", true},
      {"[]", "1", false},
      {"{}", "[]", false},
      {"[]", "{}", false},
      {"[{}]", "{}", false},
      {R"({"a":1,"b":2})", R"({"a":1})", true},
      {R"({"a":1,"b":2})", "{}", true},
      {R"({"a":1})", R"({"a":1,"b":2})", false},
      {R"({"a":[1,2]})", R"({"a":[2]})", true},
      {R"({"a":[1,2]})", R"({"a":2})", false},
      {R"({"a":{"b":{"c":1,"d":2}}})", R"({"a":{"b":{"d":2}}})", true},
      {R"({"a":{"b":1}})", R"({"b":1})", false},
      {R"({"a":null})", R"({"a":null})", true},
      {"{}", R"({"a":null})", false},
      {R"([{"a":1,"b":2},{"c":3}])", R"([{"b":2}])", true},
      {R"([{"a":1},{"b":2}])", R"([{"a":1,"b":2}])", false},
      {R"([{"a":1,"b":2}])", R"({"a":1})", false},
      {R"([["a",{"b":[{"c":1,"d":0}]}]])", R"([[{"b":[{"c":1}]}]])", true},
      {R"("a")", R"("A")", false},
      {R"(["é"])", R"("é")", true},
  };
  for (const Containment& c : cases)
    EXPECT_EQ(json_contains(c.outer, c.inner), c.expected) << c.outer << " @> " << c.inner;
}

}  // namespace
}  // namespace banyan
