#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/core/query.hpp"
#include "banyan/core/rule.hpp"
#include "banyan/core/schema.hpp"
#include "banyan/core/timestamps.hpp"

namespace banyan::rules {

/// A record with those that its references name, for tests. Lifetime: what it is given outlives it.
class TestRecord final : public RuleRecord {
 public:
  explicit TestRecord(const Record& record, std::map<std::size_t, const Record*> behind = {})
      : record_(record), behind_(std::move(behind)) {}

  const Value& value(std::size_t field) const override { return record_.values[field]; }
  const Value& related(std::size_t reference, std::size_t field) const override {
    const auto found = behind_.find(reference);
    return found == behind_.end() ? null_ : found->second->values[field];
  }

 private:
  const Record& record_;
  std::map<std::size_t, const Record*> behind_;
  Value null_ = Null();
};

/// The one owner that there is, for filters that look behind a reference.
class OneOwner final : public RelatedRecords {
 public:
  explicit OneOwner(const Record* owner) : owner_(owner) {}
  std::vector<const Record*> find(const Collection&, std::size_t field, const Value& value) const override {
    if (owner_ == nullptr || owner_->values[field] != value) return {};
    return {owner_};
  }

 private:
  const Record* owner_;
};

inline Field field_of(std::string name, FieldType type) {
  Field field;
  field.name = std::move(name);
  field.type = type;
  return field;
}

/// Users, and notes that belong to them: a field of every type.
inline std::unique_ptr<Schema> notes_schema() {
  auto schema = std::make_unique<Schema>();
  Collection users{.name = "users"};
  users.fields = {make_id_field(IdKind::integer), field_of("name", FieldType::text),
                  field_of("active", FieldType::boolean), field_of("level", FieldType::integer),
                  field_of("mail", FieldType::email)};
  Collection devices{.name = "devices", .id_kind = IdKind::uuid};
  devices.fields = {make_id_field(IdKind::uuid), field_of("name", FieldType::text)};
  Collection notes{.name = "notes"};
  notes.fields = {make_id_field(IdKind::integer),
                  field_of("title", FieldType::text),
                  field_of("stars", FieldType::integer),
                  field_of("price", FieldType::number),
                  field_of("open", FieldType::boolean),
                  field_of("made", FieldType::timestamp),
                  field_of("due", FieldType::date),
                  field_of("token", FieldType::uuid),
                  field_of("state", FieldType::enumeration),
                  field_of("owner", FieldType::reference),
                  field_of("device", FieldType::reference),
                  field_of("extra", FieldType::json),
                  field_of("editor", FieldType::reference)};
  notes.fields[8].enum_values = {"draft", "published", "archived"};
  notes.fields[9].reference_to = "users";
  notes.fields[10].reference_to = "devices";
  notes.fields[12].reference_to = "users";
  schema->collections = {std::move(users), std::move(devices), std::move(notes)};
  EXPECT_TRUE(complete(*schema).empty());
  return schema;
}

/// Rules over notes, asked of one note at one moment.
class RuleTest : public testing::Test {
 protected:
  static constexpr std::string_view token = "0193a1c4-9f3e-7d2b-8c11-5f0e9a6b7c21";

  RuleTest()
      : schema_(notes_schema()), notes_(*schema_->find("notes")), now_(*parse_timestamp("2026-06-15T12:00:00Z")) {
    note_.values = {std::int64_t{1},
                    "Hello",
                    std::int64_t{5},
                    2.5,
                    true,
                    "2026-06-10T00:00:00.000000Z",
                    "2026-06-20",
                    std::string(token),
                    "draft",
                    std::int64_t{7},
                    std::string(token),
                    "{}",
                    Null()};
    owner_.values = {std::int64_t{7}, "Alice", true, Null(), "a@b.c"};
  }

  void set(std::string_view field, Value value) { note_.values[*notes_.find_field(field)] = std::move(value); }
  void set_owner(std::string_view field, Value value) {
    owner_.values[*schema_->find("users")->find_field(field)] = std::move(value);
  }
  void without_owner() {
    set("owner", Null());
    has_owner_ = false;
  }

  std::shared_ptr<const Rule> compiled(std::string_view text) const {
    auto rule = Rule::compile(text, *schema_, notes_);
    if (rule) return *rule;
    ADD_FAILURE() << text << "\n" << rule.error().offset << ": " << rule.error().message << " " << rule.error().hint;
    return nullptr;
  }

  /// What the rule says of the note; both ways of asking must say the same.
  bool allows(std::string_view text) const {
    const auto rule = compiled(text);
    if (!rule) return false;
    const RuleInputs inputs{viewer_, now_};
    std::map<std::size_t, const Record*> behind;
    if (has_owner_) behind.emplace(*notes_.find_field("owner"), &owner_);
    const bool allowed = rule->allows(inputs, TestRecord(note_, behind));
    const OneOwner related(has_owner_ ? &owner_ : nullptr);
    EXPECT_EQ(matches(rule->bind(inputs), note_, &related), allowed) << text;
    if (const auto decided = rule->decide(inputs)) EXPECT_EQ(*decided, allowed) << text;
    return allowed;
  }

  RuleProblem problem(std::string_view text, Rule::Reach reach = Rule::Reach::related) const {
    auto rule = Rule::compile(text, *schema_, notes_, reach);
    if (!rule) return rule.error();
    ADD_FAILURE() << "taken: " << text;
    return {};
  }

  std::unique_ptr<Schema> schema_;
  const Collection& notes_;
  UnixMicros now_;
  Viewer viewer_{.kind = Viewer::Kind::user, .id = "7", .role = "editor", .email = "alice@example.com"};
  Record note_{.version = 1};
  Record owner_{.version = 1};
  bool has_owner_ = true;
};

}  // namespace banyan::rules
