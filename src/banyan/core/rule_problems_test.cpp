#include "banyan/core/rule_syntax.hpp"
#include "banyan/core/rule_testing.hpp"

namespace banyan::rules {
namespace {

struct Wrong {
  const char* rule;
  std::size_t offset;
  const char* says;       ///< Part of the message.
  const char* hint = "";  ///< Part of the hint.
};

class RuleProblems : public RuleTest {
 protected:
  template <std::size_t Count>
  void expect(const Wrong (&list)[Count]) {
    for (const Wrong& wrong : list) {
      const RuleProblem found = problem(wrong.rule);
      EXPECT_EQ(found.offset, wrong.offset) << wrong.rule << "\n" << found.message;
      EXPECT_NE(found.message.find(wrong.says), std::string::npos) << wrong.rule << "\n" << found.message;
      EXPECT_NE(found.hint.find(wrong.hint), std::string::npos) << wrong.rule << "\n" << found.hint;
    }
  }
};

TEST_F(RuleProblems, of_spelling_name_the_place_and_the_nearest_word) {
  const Wrong list[] = {
      {"record.onwer == viewer.id", 7, "unknown field 'onwer' of notes, did you mean 'owner'?"},
      {"true && record.owner.nam == 'x'", 21, "unknown field 'nam' of users, did you mean 'name'?"},
      {"recrod.owner == 7", 0, "unknown word 'recrod', did you mean 'record'?"},
      {"owner == viewer.id", 0, "unknown word 'owner'", "written record.owner."},
      {"viewer.rol == 'a'", 7, "the viewer has no 'rol', did you mean 'role'?"},
      {"request.tiem > now()", 8, "the request has no 'tiem', did you mean 'time'?"},
      {"record.state == 'drafd'", 16, "unknown value 'drafd' of state, did you mean 'draft'?", "draft, published"},
      {"start_with(record.title, 'a')", 0, "unknown function 'start_with', did you mean 'starts_with'?"},
      {"record.made > now", 14, "unknown word 'now'", "now()"},
      {"record.open == True", 15, "unknown word 'True'", "'true'"},
      {"true AND false", 5, "unexpected 'AND'", "'and'"},
      {"record.stars is null", 13, "unexpected 'is'", "== null"},
      {"record.title like 'a%'", 13, "unexpected 'like'", "starts_with()"},
  };
  expect(list);
}

TEST_F(RuleProblems, of_grammar_name_the_place) {
  const Wrong list[] = {
      {"", 0, "empty"},
      {"   ", 3, "empty"},
      {"record.stars = 5", 13, "'=' is no comparison", "'=='"},
      {"true & false", 5, "'&' is unknown", "'&&'"},
      {"record.stars == ", 16, "there is the end"},
      {"(record.stars == 5", 18, "expected ')'"},
      {"record.stars == 5)", 17, "unexpected ')'"},
      {"record.title == 'abc", 16, "has no end"},
      {"record.title == 'a\\x'", 18, "unknown escape"},
      {"1 < record.stars < 5", 17, "cannot stand in a row", "&&"},
      {"record.stars in []", 17, "the list is empty"},
      {"record.stars in 5", 16, "expected a list after 'in'"},
      {"record.stars in [1, null]", 20, "cannot hold null"},
      {"record.stars == 7days", 16, "'7days' is no number", "days(7)"},
      {"record.stars == 007", 16, "'007' is no number"},
      {"record.stars == 99999999999999999999", 16, "out of the range"},
      {"record.stars == - 5 + -", 23, "expected a number after '-'"},
      {"record. == 5", 8, "expected a name after '.'"},
      {"record.title == `a`", 16, "'`' is unknown"},
      {"record.title == \x01", 16, "control character"},
      {"record.stars * 2 == 4", 13, "'*' is unknown"},
      {"a\xff", 1, "not valid UTF-8"},
      {"and true", 0, "expected a value or a condition"},
  };
  expect(list);
}

TEST_F(RuleProblems, of_types_name_both) {
  const Wrong list[] = {
      {"record.stars == 'a'", 0, "an integer is not compared with a text"},
      {"record.stars == 1.5", 0, "an integer is not compared with a number", "whole numbers"},
      {"record.title == 5", 0, "a text is not compared with an integer"},
      {"record.token == 'abc'", 16, "is compared with a uuid: must be a UUID"},
      {"record.made > '2026-13-01T00:00:00Z'", 14, "is compared with a timestamp: must be a time"},
      {"record.due < request.time", 0, "a date is not compared with a timestamp", "today()"},
      {"record.extra == 'a'", 0, "json is not compared with a text", "null"},
      {"record.token == viewer.role", 0, "a uuid is not compared with a text"},
      {"record.open > false", 0, "a boolean has no order"},
      {"record.state < 'draft'", 0, "an enum has no order"},
      {"record.owner < viewer.id", 0, "viewer.id has no order"},
      {"record.stars < null", 0, "null has no order"},
      {"null == null", 8, "null is compared with null"},
      {"request.time == null", 0, "the answer is always the same"},
      {"null != today()", 8, "the answer is always the same"},
      {"viewer.is_user == null", 0, "the answer is always the same"},
      {"record.title && true", 0, "a condition is expected here, and this is a text"},
      {"!record.stars == 5", 0, "a condition is no value", "!(a == b)"},
      {"(record.stars == 5) == true", 1, "a condition is no value"},
      {"starts_with(record.title, 'a') == true", 0, "is a condition, no value"},
      {"lower(record.stars) == 'a'", 6, "is given a text, and this is an integer"},
      {"starts_with(record.title)", 0, "is given two texts"},
      {"starts_with(record.title, record.title)", 26, "cannot be of the record"},
      {"record.stars + 1 == 2", 0, "only durations are added"},
      {"now() - record.made < days(1)", 0, "times are not added to or taken from each other", "days(7)"},
      {"record.made == days(1)", 15, "a duration is no value to compare with"},
      {"record.due + hours(1) > today()", 13, "only whole days"},
      {"record.made + days(1.5) > now()", 19, "one whole number"},
      {"record.made + days(9999999) > now()", 19, "ten thousand years"},
      {"record.made + days(1) > record.made", 0, "not added to one of two fields"},
      {"now(1) > record.made", 4, "is given nothing"},
  };
  expect(list);
}

TEST_F(RuleProblems, of_reach_name_where_it_ends) {
  const Wrong list[] = {
      {"record.owner.name.first == 'a'", 18, "one reference, not two"},
      {"record.title.x == 'a'", 13, "is no reference"},
      {"record.owner.name == record.editor.name", 0, "fields behind two references"},
      {"record == 5", 0, "expected record.FIELD"},
      {"viewer == 5", 0, "expected viewer.NAME"},
      {"viewer.id.x == 5", 10, "has no members"},
  };
  expect(list);
  const RuleProblem found = problem("record.stars == 1 || record.owner.name == 'a'", Rule::Reach::record);
  EXPECT_EQ(found.offset, 34U);
  EXPECT_NE(found.message.find("follows no references"), std::string::npos) << found.message;
}

std::string repeated(const std::string& part, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += part;
  return text;
}

TEST_F(RuleProblems, of_size_are_told_at_each_bound) {
  const auto nested = [](std::size_t depth) { return repeated("(", depth) + "true" + repeated(")", depth); };
  EXPECT_TRUE(compiled(nested(rule_depth_max - 1)));
  EXPECT_NE(problem(nested(rule_depth_max)).message.find("nested more than 32"), std::string::npos);
  EXPECT_NE(problem(repeated("!", 5000) + "true").message.find("4096 bytes"), std::string::npos);
  EXPECT_NE(problem(repeated("!", 100) + "true").message.find("nested more than 32"), std::string::npos);
  EXPECT_NE(problem(repeated("not ", 100) + "true").message.find("nested more than 32"), std::string::npos);
  EXPECT_TRUE(compiled("true" + repeated("||true", rule_nodes_max - 2)));
  EXPECT_NE(problem("true" + repeated("||true", rule_nodes_max)).message.find("more than 200 parts"),
            std::string::npos);
  EXPECT_NE(problem("now()" + repeated("+days(1)", 40) + "<now()").message.find("32 terms"), std::string::npos);
}

}  // namespace
}  // namespace banyan::rules
