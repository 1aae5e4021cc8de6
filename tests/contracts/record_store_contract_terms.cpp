#include "tests/contracts/record_store_contract.hpp"

// What comparisons look at: into json, through functions, at two fields.
namespace banyan::contracts {

bool link_contract_terms() { return true; }

namespace {

using Ids = std::vector<Value>;
using Json = Term::Json;

constexpr CompareOp orderings[] = {CompareOp::eq,  CompareOp::neq, CompareOp::gt,
                                   CompareOp::gte, CompareOp::lt,  CompareOp::lte};

TEST_P(RecordStoreTrees, a_json_value_is_compared_as_json) {
  const Value number = make("users", {{"settings", text(R"({"a":1})")}});
  const Value word = make("users", {{"settings", text(R"({"a":"1"})")}});
  const Value object = make("users", {{"settings", text(R"({"a":{"b":[1,null],"c":"é\n"}})")}});
  const Value nothing = make("users", {{"settings", text(R"({"a":null})")}});
  const Value absent = make("users", {{"settings", text(R"({"b":1})")}});
  make("users");
  const Term a = setting({"a"}, Json::value);
  const auto equal = [&](std::string_view json) {
    return ids(query("users", Filter::compare(a, CompareOp::eq, {text(json)})));
  };
  EXPECT_EQ(equal("1"), Ids{number});
  EXPECT_EQ(equal("\"1\""), Ids{word});
  EXPECT_EQ(equal(R"({"b":[1,null],"c":"é\n"})"), Ids{object});
  EXPECT_EQ(equal("null"), Ids{nothing});
  EXPECT_EQ(equal("true"), Ids());
  EXPECT_EQ(ids(query("users", Filter::compare(a, CompareOp::neq, {text("1")}))), (Ids{word, object, nothing}));
  EXPECT_EQ(ids(query("users", Filter::compare(a, CompareOp::in, {text("1"), text("null")}))), (Ids{number, nothing}));
  const Filter is_null = Filter::compare(a, CompareOp::is_null, {});
  EXPECT_EQ(ids(query("users", is_null)).size(), 2U) << "where there is no such member, or no document";
  EXPECT_EQ(ids(query("users", Filter::negate(is_null))), (Ids{number, word, object, nothing}));
  EXPECT_EQ(ids(query("users", Filter::negate(Filter::compare(a, CompareOp::eq, {text("1")})))),
            (Ids{word, object, nothing}))
      << "unknown where it leads nowhere";
  EXPECT_TRUE(exists("users", absent));
}

TEST_P(RecordStoreTrees, json_numbers_are_equal_by_value) {
  const Value large = make("users", {{"settings", text(R"({"a":9007199254740993})")}});
  const Value huge = make("users", {{"settings", text(R"({"a":18446744073709551615})")}});
  const Value fraction = make("users", {{"settings", text(R"({"a":0.1})")}});
  const auto equal = [&](std::string_view json) {
    return ids(query("users", Filter::compare(setting({"a"}, Json::value), CompareOp::eq, {text(json)})));
  };
  EXPECT_EQ(equal("9007199254740993"), Ids{large});
  EXPECT_EQ(equal("9007199254740992"), Ids());
  EXPECT_EQ(equal("18446744073709551615"), Ids{huge});
  EXPECT_EQ(equal("0.1"), Ids{fraction});
}

TEST_P(RecordStoreTrees, paths_lead_through_members_and_elements) {
  const Value deep = make("users", {{"settings", text(R"({"a":[10,{"b\"c":[[],"x"]}],"0":"zero","é":{"":5}})")}});
  const Value list = make("users", {{"settings", text(R"([1,2,3])")}});
  make("users", {{"settings", text("\"text\"")}});
  const auto at = [&](std::vector<std::string> path, std::string_view json) {
    return ids(query("users", Filter::compare(setting(std::move(path), Json::value), CompareOp::eq, {text(json)})));
  };
  EXPECT_EQ(at({"a", "0"}, "10"), Ids{deep});
  EXPECT_EQ(at({"a", "1", "b\"c", "1"}, "\"x\""), Ids{deep});
  EXPECT_EQ(at({"a", "-1", "b\"c", "-2"}, "[]"), Ids{deep});
  EXPECT_EQ(at({"\xC3\xA9", ""}, "5"), Ids{deep});
  EXPECT_EQ(at({"0"}, "\"zero\""), Ids{deep});
  EXPECT_EQ(at({"0"}, "1"), Ids{list});
  EXPECT_EQ(at({"-1"}, "3"), Ids{list});
  EXPECT_EQ(at({"-3"}, "1"), Ids{list});
  for (const char* step : {"3", "-4", "x", "", "1.0", "{", "\\"}) {
    const Filter there = Filter::negate(Filter::compare(setting({step}, Json::value), CompareOp::is_null, {}));
    EXPECT_EQ(ids(query("users", there)), Ids()) << step;
  }
}

TEST_P(RecordStoreTrees, a_json_text_is_that_of_strings_numbers_and_booleans) {
  const std::pair<std::string_view, Value> cases[] = {
      {R"("Zo\u00eb\n")", text("Zo\xC3\xAB\n")},
      {"\"\"", text("")},
      {"\"null\"", text("null")},
      {"12", text("12")},
      {"-2.5", text("-2.5")},
      {"18446744073709551615", text("18446744073709551615")},
      {"1000000000000000000", text("1000000000000000000")},
      {"1e+300", text("1e+300")},
      {"0.0001", text("0.0001")},
      {"1e-05", text("1e-05")},
      {"123456789012345683968", text("1.2345678901234568e+20")},
      {"true", text("true")},
      {"false", text("false")},
      {"null", Null()},
      {"[\"a\"]", Null()},
      {"{}", Null()},
  };
  const Term term = setting({"a"}, Json::text);
  for (const auto& [json, expected] : cases) {
    const Value id = make("users", {{"settings", "{\"a\":" + std::string(json) + "}"}});
    const Filter filter = is_null(expected) ? Filter::compare(term, CompareOp::is_null, {})
                                            : Filter::compare(term, CompareOp::eq, {expected});
    EXPECT_EQ(ids(query("users", filter)), Ids{id}) << json;
    must_apply(removal("users", id));
  }
}

TEST_P(RecordStoreTrees, json_texts_have_the_order_of_texts_and_know_like) {
  const auto with = [&](std::string_view json) {
    return make("users", {{"settings", R"({"a":)" + std::string(json) + "}"}});
  };
  const Value b = with("\"b\"");
  const Value e = with("\"\xC3\xA9\"");
  const Value ten = with("10");
  const Value upper = with("\"B\"");
  const Value none = with("null");
  const Term a = setting({"a"}, Json::text);
  EXPECT_EQ(ids(query("users", {}, {{.field = a}})), (Ids{ten, upper, b, e, none}));
  EXPECT_EQ(ids(query("users", {}, {{.field = a, .descending = true, .nulls_first = true}})),
            (Ids{none, e, b, upper, ten}));
  EXPECT_EQ(ids(query("users", Filter::compare(a, CompareOp::gt, {text("B")}))), (Ids{b, e}));
  EXPECT_EQ(ids(query("users", Filter::compare(a, CompareOp::like, {text("b%")}))), Ids{b});
  EXPECT_EQ(ids(query("users", Filter::compare(a, CompareOp::ilike, {text("_")}))), (Ids{b, e, upper}));
  EXPECT_EQ(ids(query("users", Filter::compare(a, CompareOp::in, {text("10"), text("b")}))), (Ids{b, ten}));
}

TEST_P(RecordStoreTrees, json_numbers_have_the_order_of_numbers) {
  const auto with = [&](std::string_view json) {
    return make("users", {{"settings", R"({"a":[)" + std::string(json) + "]}"}});
  };
  const Value ten = with("10");
  const Value nine = with("9");
  const Value word = with("\"9\"");
  const Value small = with("-1e+300");
  const Value half = with("9.5");
  const Term a = setting({"a", "0"}, Json::number);
  EXPECT_EQ(ids(query("users", {}, {{.field = a}})), (Ids{small, nine, half, ten, word}));
  EXPECT_EQ(ids(query("users", Filter::compare(a, CompareOp::gt, {9.0}))), (Ids{ten, half}));
  EXPECT_EQ(ids(query("users", Filter::negate(Filter::compare(a, CompareOp::gt, {9.0})))), (Ids{nine, small}));
  EXPECT_EQ(ids(query("users", Filter::compare(a, CompareOp::in, {9.0, 10.0}))), (Ids{ten, nine}));
  EXPECT_EQ(ids(query("users", Filter::compare(a, CompareOp::is_null, {}))), Ids{word});
}

TEST_P(RecordStoreTrees, json_contains_other_json) {
  const Value object = make("users", {{"settings", text(R"({"a":[1,2,[3]],"b":{"c":"x","d":null}})")}});
  const Value list = make("users", {{"settings", text(R"([1,"x",{"c":1}])")}});
  make("users");
  const auto finds = [&](CompareOp op, std::string_view json, bool negated = false) {
    Filter filter = where("users", "settings", op, {text(json)});
    return ids(query("users", negated ? Filter::negate(std::move(filter)) : filter));
  };
  const auto contains = [&](std::string_view json) { return finds(CompareOp::json_contains, json); };
  EXPECT_EQ(contains(R"({"b":{"c":"x"}})"), Ids{object});
  EXPECT_EQ(contains(R"({"a":[2,1,1]})"), Ids{object});
  EXPECT_EQ(contains(R"({"a":[3]})"), Ids());
  EXPECT_EQ(contains(R"({"a":[[3]]})"), Ids{object});
  EXPECT_EQ(contains(R"({"a":1})"), Ids()) << "only at the top does an array contain what it has as an element";
  EXPECT_EQ(contains("{}"), Ids{object});
  EXPECT_EQ(contains("\"x\""), Ids{list});
  EXPECT_EQ(contains("[\"x\",{}]"), Ids{list});
  EXPECT_EQ(contains("[]"), Ids{list});
  EXPECT_EQ(finds(CompareOp::json_contains, "{}", true), Ids{list}) << "of null it is unknown";
  EXPECT_EQ(finds(CompareOp::json_within, R"([{"c":1,"d":2},1,"x","y"])"), Ids{list});
  EXPECT_EQ(finds(CompareOp::json_within, R"([1,"x"])"), Ids());
  const Filter inside = Filter::compare(setting({"a"}, Json::value), CompareOp::json_contains, {text("2")});
  EXPECT_EQ(ids(query("users", inside)), Ids{object}) << "the top is where the path ends";
}

TEST_P(RecordStoreTrees, functions_fold_ascii_only_and_count_code_points) {
  const Value zoe = make("users", {{"name", text("ZO\xC3\x8B")}, {"handle", text("Zo\xC3\xAB")}});
  const Value tree = make("users", {{"name", text("\xF0\x9F\x8C\xB3x")}});
  const Value empty = make("users", {{"name", text("")}, {"handle", text("")}});
  const Term lower = function_of("users", "name", Term::Function::lower);
  const Term upper = function_of("users", "name", Term::Function::upper);
  const Term length = function_of("users", "name", Term::Function::length);
  const Term handle_length = function_of("users", "handle", Term::Function::length);
  EXPECT_EQ(ids(query("users", Filter::compare(lower, CompareOp::eq, {text("zo\xC3\x8B")}))), Ids{zoe});
  EXPECT_EQ(ids(query("users", Filter::compare(lower, CompareOp::eq, {text("zo\xC3\xAB")}))), Ids());
  EXPECT_EQ(ids(query("users", Filter::compare(upper, CompareOp::like, {text("%X")}))), Ids{tree});
  EXPECT_EQ(ids(query("users", Filter::compare(length, CompareOp::eq, {integer(2)}))), Ids{tree});
  EXPECT_EQ(ids(query("users", Filter::compare(length, CompareOp::in, {integer(0), integer(3)}))), (Ids{zoe, empty}));
  EXPECT_EQ(ids(query("users", {}, {{.field = length, .descending = true}})), (Ids{zoe, tree, empty}));
  EXPECT_EQ(ids(query("users", Filter::compare(handle_length, CompareOp::is_null, {}))), Ids{tree});
  EXPECT_EQ(ids(query("users", Filter::negate(Filter::compare(handle_length, CompareOp::eq, {integer(3)})))),
            Ids{empty});
}

TEST_P(RecordStoreTrees, functions_apply_to_json_texts_too) {
  const Value id = make("users", {{"settings", text(R"({"a":"X\u00c9\"y"})")}});
  make("users", {{"settings", text(R"({"a":["Xy"]})")}});
  Term lower = setting({"a"}, Json::text);
  lower.function = Term::Function::lower;
  Term length = setting({"a"}, Json::text);
  length.function = Term::Function::length;
  EXPECT_EQ(ids(query("users", Filter::compare(lower, CompareOp::eq, {text("x\xC3\x89\"y")}))), Ids{id});
  EXPECT_EQ(ids(query("users", Filter::compare(length, CompareOp::eq, {integer(4)}))), Ids{id});
}

TEST_P(RecordStoreTrees, two_fields_are_compared_with_each_other) {
  const Value same = make("users", {{"name", text("b")}, {"handle", text("b")}});
  const Value less = make("users", {{"name", text("B")}, {"handle", text("b")}});
  const Value more = make("users", {{"name", text("\xC3\xA9")}, {"handle", text("z")}});
  make("users", {{"name", text("alone")}});
  const Ids expected[] = {{same}, {less, more}, {more}, {same, more}, {less}, {same, less}};
  for (std::size_t i = 0; i < std::size(orderings); ++i) {
    const Filter filter = Filter::compare_terms(field("users", "name"), orderings[i], field("users", "handle"));
    EXPECT_EQ(ids(query("users", filter)), expected[i]) << i;
    EXPECT_EQ(ids(query("users", Filter::negate(filter))).size(), 3 - expected[i].size()) << i;
  }
  const Filter itself = Filter::compare_terms(field("users", "handle"), CompareOp::eq, field("users", "handle"));
  EXPECT_EQ(ids(query("users", itself)), (Ids{same, less, more})) << "null is not even itself";
}

TEST_P(RecordStoreTrees, terms_of_the_same_storage_are_compared_whatever_they_look_at) {
  const Value id = make("users", {{"name", text("ANN")},
                                  {"handle", text("ann")},
                                  {"age", integer(3)},
                                  {"score", 2.5},
                                  {"settings", text(R"({"n":2.25,"t":"ann"})")}});
  const Term lower = function_of("users", "name", Term::Function::lower);
  const Term length = function_of("users", "name", Term::Function::length);
  const auto holds = [&](const Term& a, CompareOp op, const Term& b) {
    return ids(query("users", Filter::compare_terms(a, op, b))) == Ids{id};
  };
  EXPECT_TRUE(holds(lower, CompareOp::eq, field("users", "handle")));
  EXPECT_TRUE(holds(lower, CompareOp::eq, setting({"t"}, Json::text)));
  EXPECT_TRUE(holds(length, CompareOp::eq, field("users", "age")));
  EXPECT_TRUE(holds(setting({"n"}, Json::number), CompareOp::lt, field("users", "score")));
  EXPECT_FALSE(holds(setting({"n"}, Json::number), CompareOp::gt, field("users", "score")));
}

}  // namespace
}  // namespace banyan::contracts
