#include "banyan/core/rule.hpp"

#include "banyan/core/rule_testing.hpp"

namespace banyan::rules {
namespace {

TEST_F(RuleTest, compares_fields_with_the_viewer_and_with_constants) {
  EXPECT_TRUE(allows("record.owner == viewer.id"));
  EXPECT_FALSE(allows("record.owner != viewer.id"));
  EXPECT_TRUE(allows("viewer.id == record.owner || viewer.role == 'admin'"));
  EXPECT_TRUE(allows("record.title == \"Hello\" and record.stars >= 5 and record.price < 3"));
  EXPECT_TRUE(allows("record.stars > -1 && record.price == 2.5 && record.price > 2"));
  EXPECT_FALSE(allows("5 < record.stars"));
  EXPECT_TRUE(allows("record.open && record.open == true && !(record.open == false)"));
  EXPECT_TRUE(allows("record.state == 'draft' && record.state != 'archived'"));
  EXPECT_TRUE(allows("record.token == '0193A1C4-9F3E-7D2B-8C11-5F0E9A6B7C21' && record.device == record.token"));
  EXPECT_TRUE(allows("true"));
  EXPECT_FALSE(allows("false or not true"));
}

TEST_F(RuleTest, takes_and_before_or_and_not_before_both) {
  EXPECT_TRUE(allows("true || true && false"));
  EXPECT_FALSE(allows("(true || true) && false"));
  EXPECT_TRUE(allows("not false || false"));
  EXPECT_FALSE(allows("not record.stars == 5"));
  EXPECT_TRUE(allows("!(record.stars == 6) and !false"));
}

TEST_F(RuleTest, takes_a_comparison_with_null_as_false_and_its_negation_as_true) {
  set("stars", Null());
  for (const char* comparison : {"record.stars == 5", "record.stars != 5", "record.stars < 5", "record.stars >= 5",
                                 "record.stars in [1, 5]", "record.stars == record.id", "record.id != record.stars"}) {
    EXPECT_FALSE(allows(comparison)) << comparison;
    EXPECT_TRUE(allows("!(" + std::string(comparison) + ")")) << comparison;
    EXPECT_FALSE(allows("!!(" + std::string(comparison) + ")")) << comparison;
  }
  EXPECT_TRUE(allows("record.stars not in [1, 5]"));
  EXPECT_TRUE(allows("record.stars == null"));
  EXPECT_FALSE(allows("record.stars != null"));
  EXPECT_FALSE(allows("not record.stars == null"));
  EXPECT_TRUE(allows("record.title != null and null == record.stars"));
}

TEST_F(RuleTest, takes_a_boolean_that_is_null_as_false) {
  set("open", Null());
  EXPECT_FALSE(allows("record.open"));
  EXPECT_TRUE(allows("!record.open"));
  EXPECT_FALSE(allows("record.open == false"));
}

TEST_F(RuleTest, turns_the_viewers_id_into_what_it_is_compared_with) {
  viewer_.id = "0193A1C4-9F3E-7D2B-8C11-5F0E9A6B7C21";
  EXPECT_TRUE(allows("record.token == viewer.id && record.device == viewer.id"));
  EXPECT_FALSE(allows("record.owner == viewer.id"));
  EXPECT_FALSE(allows("record.owner != viewer.id")) << "a uuid is no integer: there is nothing to compare";
  EXPECT_TRUE(allows("!(record.owner == viewer.id)"));
  EXPECT_FALSE(allows("viewer.id == 7"));
  viewer_.id = "7";
  EXPECT_TRUE(allows("viewer.id == 7 && viewer.id == '7' && viewer.id in [6, 7]"));
  EXPECT_FALSE(allows("record.token == viewer.id"));
  EXPECT_FALSE(allows("record.token != viewer.id"));
  for (const char* odd : {"07", "+7", " 7", "7 ", "7.0", "99999999999999999999", "-0"}) {
    viewer_.id = odd;
    EXPECT_FALSE(allows("record.owner == viewer.id || record.owner != viewer.id")) << odd;
  }
}

TEST_F(RuleTest, takes_what_a_viewer_does_not_have_as_null) {
  viewer_ = Viewer();
  EXPECT_FALSE(allows("record.owner == viewer.id"));
  EXPECT_FALSE(allows("record.owner != viewer.id"));
  EXPECT_TRUE(allows("viewer.id == null && viewer.role == null && viewer.email == null && !viewer.is_user"));
  EXPECT_FALSE(allows("viewer.role != 'admin'"));
  EXPECT_FALSE(allows("starts_with(record.title, viewer.role)"));
  EXPECT_FALSE(allows("record.stars in [viewer.id]"));
  EXPECT_TRUE(allows("record.stars not in [viewer.id]"));
}

TEST_F(RuleTest, looks_behind_a_reference) {
  EXPECT_TRUE(allows("record.owner.name == 'Alice' && record.owner.active"));
  EXPECT_FALSE(allows("record.owner.name != 'Alice'"));
  EXPECT_TRUE(allows("record.owner.level == null"));
  EXPECT_FALSE(allows("record.owner.level != 3"));
  EXPECT_TRUE(allows("!(record.owner.level != 3)"));
  EXPECT_TRUE(allows("record.owner.id == viewer.id"));
  EXPECT_TRUE(allows("record.owner.name in ['Bob', 'Alice'] && record.owner.name not in ['Bob']"));
  EXPECT_FALSE(allows("record.owner.name == record.owner.mail"));
  EXPECT_TRUE(allows("starts_with(lower(record.owner.name), 'al') && length(record.owner.name) == 5"));
}

TEST_F(RuleTest, compares_a_field_with_one_behind_a_reference) {
  set("stars", std::int64_t{3});
  set_owner("level", std::int64_t{2});
  EXPECT_TRUE(allows("record.stars > record.owner.level && record.owner.level < record.stars"));
  EXPECT_FALSE(allows("record.stars == record.owner.level || !(record.owner.level != record.stars)"));
  EXPECT_TRUE(allows("lower(record.title) != record.owner.name && length(record.title) == length(record.owner.name)"));
  for (const char* null : {"stars", "owner"}) {
    set(null, Null());
    EXPECT_FALSE(allows("record.stars > record.owner.level || record.stars != record.owner.level"));
    EXPECT_TRUE(allows("!(record.stars > record.owner.level) && record.owner.level not in [record.stars]"));
  }
}

TEST_F(RuleTest, takes_a_record_that_is_not_there_as_one_of_nulls) {
  without_owner();
  for (const char* comparison :
       {"record.owner.name == 'Alice'", "record.owner.name != 'Alice'", "record.owner.active", "record.owner.level < 3",
        "record.owner.name in ['Alice']", "starts_with(record.owner.name, 'A')",
        "record.owner.name == record.owner.mail", "record.owner.name != record.owner.mail"}) {
    EXPECT_FALSE(allows(comparison)) << comparison;
    EXPECT_TRUE(allows("not " + std::string(comparison))) << comparison;
  }
  EXPECT_TRUE(allows("record.owner.name == null && record.owner == null"));
  EXPECT_FALSE(allows("record.owner.name != null"));
}

TEST_F(RuleTest, adds_durations_to_times) {
  EXPECT_TRUE(allows("record.made > request.time - days(7)"));
  EXPECT_FALSE(allows("record.made > now() - days(5)"));
  EXPECT_TRUE(allows("record.made + days(5) + hours(12) == now()"));
  EXPECT_TRUE(allows("days(5) + record.made < now() && now() - seconds(1) < request.time + minutes(1)"));
  EXPECT_TRUE(allows("record.due - days(5) == today() && record.due > today() + days(4)"));
  EXPECT_TRUE(allows("record.made < '2026-06-10T02:00:00.000001+02:00' && record.made >= '2026-06-10 00:00:00Z'"));
  EXPECT_TRUE(allows("record.due == '2026-06-20' && '2026-01-01T00:00:00Z' < request.time"));
  EXPECT_TRUE(allows("record.made + days(1) != '2026-06-10T00:00:00Z'"));
  set("made", Null());
  EXPECT_FALSE(allows("record.made < now() || record.made >= now()"));
}

TEST_F(RuleTest, compares_times_beyond_the_calendar_too) {
  EXPECT_TRUE(allows("record.made + days(3650000) > now() && record.made < now() + days(3650000)"));
  EXPECT_FALSE(allows("record.made > now() + days(3650000)"));
  EXPECT_FALSE(allows("record.made == now() - days(3650000)"));
  EXPECT_TRUE(allows("record.made != now() - days(3650000) && record.due > today() - days(3650000)"));
  set("made", Null());
  EXPECT_FALSE(allows("record.made < now() + days(3650000)"));
  EXPECT_TRUE(allows("!(record.made < now() + days(3650000))"));
}

TEST_F(RuleTest, has_functions_of_texts) {
  EXPECT_TRUE(allows("lower(record.title) == 'hello' && upper(record.title) == 'HELLO'"));
  EXPECT_TRUE(allows("lower(upper(record.title)) == 'hello' && length(lower(record.title)) == 5"));
  EXPECT_TRUE(allows("starts_with(record.title, 'He') && ends_with(record.title, 'lo')"));
  EXPECT_TRUE(allows("contains(upper(record.title), 'ELL') && !contains(record.title, 'ELL')"));
  EXPECT_TRUE(allows("starts_with(record.title, '') && contains(record.title, '')"));
  EXPECT_TRUE(allows("lower('ABC') == 'abc' && ends_with(viewer.email, '@example.com') && length(viewer.role) == 6"));
  EXPECT_TRUE(allows("upper(viewer.role) == 'EDITOR' && record.title in ['x', 'Hello']"));
  set("title", "é%_\\x");
  EXPECT_TRUE(allows(R"(contains(record.title, '%_\\') && length(record.title) == 5)"));
  EXPECT_FALSE(allows("starts_with(record.title, '%') || starts_with(record.title, '_') || lower(record.title) == ''"));
  EXPECT_TRUE(allows("ends_with(record.title, '\\\\x')"));
  set("title", Null());
  EXPECT_FALSE(allows("starts_with(record.title, '') || length(record.title) >= 0 || lower(record.title) != 'x'"));
  EXPECT_TRUE(allows("!contains(record.title, '')"));
}

TEST_F(RuleTest, finds_members_of_lists) {
  EXPECT_TRUE(allows("record.stars in [1, 5, 9] and record.state in ['draft'] and record.price in [2.5, 3]"));
  EXPECT_TRUE(allows("viewer.id in [record.editor, record.owner]"));
  EXPECT_FALSE(allows("viewer.id not in [record.editor, record.owner]"));
  EXPECT_TRUE(allows("viewer.role in ['admin', 'editor'] and record.stars not in [1, 2]"));
  EXPECT_TRUE(allows("record.made in ['2026-06-10T00:00:00Z', now()]"));
  EXPECT_TRUE(allows("record.owner in [viewer.id, 12]"));
}

TEST_F(RuleTest, decides_without_a_record_where_it_can) {
  const auto decided = [&](std::string_view text) { return compiled(text)->decide({viewer_, now_}); };
  EXPECT_EQ(decided("viewer.role == 'editor' || record.stars == 1"), true);
  EXPECT_EQ(decided("viewer.role == 'admin' && record.stars == 1"), false);
  EXPECT_EQ(decided("viewer.role == 'admin' || record.stars == 1"), std::nullopt);
  EXPECT_EQ(decided("!(viewer.role == 'admin')"), true);
  viewer_ = Viewer();
  EXPECT_EQ(decided("record.owner == viewer.id"), false);
  EXPECT_EQ(decided("!(record.owner == viewer.id)"), true);
  EXPECT_TRUE(compiled("record.owner != viewer.id || false")->bind({viewer_, now_}).children.empty());
  EXPECT_TRUE(compiled("!(record.owner == viewer.id)")->bind({viewer_, now_}).is_all());
}

TEST_F(RuleTest, knows_which_fields_it_looks_at) {
  const auto rule = compiled("record.editor.name == 'x' || record.stars > 1 || record.owner.level == 2");
  ASSERT_TRUE(rule);
  EXPECT_EQ(std::vector<std::size_t>(rule->fields().begin(), rule->fields().end()),
            (std::vector<std::size_t>{2, 9, 12}));
  ASSERT_EQ(rule->hops().size(), 2U);
  EXPECT_EQ(rule->hops()[0].reference, 9U);
  EXPECT_EQ(rule->hops()[0].fields, (std::vector<std::size_t>{3}));
  EXPECT_EQ(rule->hops()[1].fields, (std::vector<std::size_t>{1}));
  EXPECT_EQ(compiled("true")->fields().size(), 0U);
}

TEST_F(RuleTest, explains_which_of_its_parts_hold) {
  const auto rule = compiled("viewer.role == 'admin' || record.owner == viewer.id && record.stars in [1, 2]");
  ASSERT_TRUE(rule);
  const RuleInputs inputs{viewer_, now_};
  EXPECT_EQ(rule->explain(inputs, TestRecord(note_)),
            "no       any of\n"
            "  no       viewer.role == 'admin'  (viewer.role is 'editor')\n"
            "  no       all of\n"
            "    yes      record.owner == viewer.id  (record.owner is 7, viewer.id is 7)\n"
            "    no       record.stars in [1, 2]  (record.stars is 5)\n");
  EXPECT_EQ(compiled("viewer.id in [record.editor, record.owner]")->explain(inputs, TestRecord(note_)),
            "yes      viewer.id in [record.editor, record.owner]  "
            "(record.editor is null, viewer.id is 7, record.owner is 7)\n");
  EXPECT_EQ(rule->explain(inputs),
            "depends  any of\n"
            "  no       viewer.role == 'admin'  (viewer.role is 'editor')\n"
            "  depends  all of\n"
            "    depends  record.owner == viewer.id  (viewer.id is 7)\n"
            "    depends  record.stars in [1, 2]\n");
}

}  // namespace
}  // namespace banyan::rules
