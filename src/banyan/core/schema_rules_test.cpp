#include "banyan/core/schema_rules.hpp"

#include <gmock/gmock.h>

#include "banyan/core/record_json.hpp"
#include "banyan/core/rule_testing.hpp"

namespace banyan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class SchemaRules : public testing::Test {
 protected:
  SchemaRules() : schema_(rules::notes_schema()) {}

  Collection& notes() { return schema_->collections[2]; }
  void let(Action action, std::string text) {
    notes().policy.access[static_cast<std::size_t>(action)] = Access::rule;
    notes().policy.texts[static_cast<std::size_t>(action)] = std::move(text);
  }

  std::unique_ptr<Schema> schema_;
};

TEST_F(SchemaRules, are_compiled_and_name_the_fields_that_caches_must_keep) {
  let(Action::read, "record.owner == viewer.id || record.owner.active");
  let(Action::update, "record.stars < 3");
  notes().fields[3].read_text = "record.open";
  notes().fields[4].write_text = "viewer.role == 'admin'";
  ASSERT_TRUE(complete(*schema_).empty());
  EXPECT_TRUE(notes().policy.rule(Action::read));
  EXPECT_FALSE(notes().policy.rule(Action::create));
  EXPECT_TRUE(notes().fields[3].read_rule);
  EXPECT_FALSE(notes().fields[3].write_rule);
  EXPECT_TRUE(notes().fields[4].write_rule);
  EXPECT_TRUE(notes().has_field_rules);
  EXPECT_FALSE(schema_->collections[0].has_field_rules);
  EXPECT_THAT(notes().rule_fields, ElementsAre(2, 4, 9));
  EXPECT_THAT(schema_->collections[0].rule_fields, ElementsAre(2)) << "another collection looks at it";
}

TEST_F(SchemaRules, that_are_wrong_are_all_told_with_their_place) {
  let(Action::read, "record.onwer == viewer.id");
  let(Action::remove, "");
  notes().fields[3].read_text = "record.owner.active";
  const std::vector<SchemaProblem> problems = complete(*schema_);
  ASSERT_EQ(problems.size(), 3U);
  EXPECT_EQ(problems[0].key, "access.read");
  EXPECT_EQ(problems[0].offset, 7U);
  EXPECT_THAT(problems[0].message, HasSubstr("did you mean 'owner'"));
  EXPECT_EQ(problems[1].key, "access.delete");
  EXPECT_EQ(problems[2].field, "price");
  EXPECT_EQ(problems[2].key, "read");
  EXPECT_THAT(problems[2].message, HasSubstr("follows no references"));
}

TEST_F(SchemaRules, have_the_values_that_they_look_at_beside_the_encoded_record) {
  let(Action::read, "record.title == 'a' || record.owner == viewer.id");
  ASSERT_TRUE(complete(*schema_).empty());
  Record note{.version = 1, .values = std::vector<Value>(notes().fields.size())};
  note.values[1] = "a";
  note.values[9] = std::int64_t{7};
  EXPECT_THAT(encode(notes(), note)->rule_values, ElementsAre(Value("a"), Value(std::int64_t{7})));
  EXPECT_TRUE(encode(schema_->collections[0], note)->rule_values.empty());
}

}  // namespace
}  // namespace banyan
