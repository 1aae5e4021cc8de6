#include "banyan/services/record_input.hpp"

#include <gtest/gtest.h>

#include "banyan/base/ids.hpp"
#include "banyan/services/testing_rig.hpp"

namespace banyan::services {
namespace {

using testing::field;
using testing::json;

Collection people(IdKind id_kind) {
  Collection made = testing::open_collection("people", id_kind);
  Field name = field("name");
  name.required = true;
  name.max_length = 5;
  Field age = field("age", FieldType::integer);
  age.min = Value(std::int64_t{0});
  Field role = field("role");
  role.read_only = true;
  role.default_value = Field::Default{.value = std::string("guest")};
  Field joined = field("joined", FieldType::date);
  joined.default_value = Field::Default{.now = true};
  made.fields.insert(made.fields.end(), {name, age, role, joined, field(FieldRole::created_at)});
  made.fields.push_back(field(FieldRole::updated_at));
  return made;
}

class RecordInput : public ::testing::Test {
 protected:
  ManualClock clock;  // 2023-11-14T22:13:20Z
  SystemRandom random;
  Schema schema = testing::completed({people(IdKind::integer), [] {
                                        Collection made = people(IdKind::uuid);
                                        made.name = "members";
                                        return made;
                                      }()});

  InputRules rules(bool service = false, std::size_t collection = 0) {
    return {.collection = schema.collections[collection],
            .service = service,
            .clock = clock,
            .random = random,
            .batch_records_max = 3};
  }
  /// "name: is required; age: …" of a refused create.
  std::string problems(std::string_view body, bool service = false) {
    return told(creates_from(rules(service), json(body)));
  }
  template <typename T>
  static std::string told(const Result<T>& result) {
    if (result) return "nothing";
    EXPECT_EQ(result.error().code, ErrorCode::invalid);
    EXPECT_FALSE(result.error().message.empty());
    EXPECT_FALSE(result.error().hint.empty());
    std::string text;
    for (const FieldProblem& problem : result.error().fields) text += problem.field + ": " + problem.message + "; ";
    return text;
  }
  static std::string shown(const std::vector<FieldChange>& changes) {
    std::string text;
    for (const FieldChange& change : changes) {
      text += std::to_string(change.field) + "=";
      if (const auto* number = std::get_if<std::int64_t>(&change.value)) text += std::to_string(*number);
      if (const auto* words = std::get_if<std::string>(&change.value)) text += *words;
      text += " ";
    }
    return text;
  }
};

TEST_F(RecordInput, a_create_names_every_field_with_defaults_and_times) {
  const auto writes = creates_from(rules(), json(R"({"name":"Alice"})"));
  ASSERT_TRUE(writes);
  ASSERT_EQ(writes->size(), 1U);
  EXPECT_EQ(shown(writes->front().changes),
            "1=Alice 2= 3=guest 4=2023-11-14 5=2023-11-14T22:13:20.000000Z 6=2023-11-14T22:13:20.000000Z ");
}

TEST_F(RecordInput, a_uuid_id_is_made_for_each_create) {
  const auto writes = creates_from(rules(false, 1), json(R"([{"name":"Alice"},{"name":"Bob"}])"));
  ASSERT_TRUE(writes);
  ASSERT_EQ(writes->size(), 2U);
  const auto id = [&](std::size_t i) { return std::get<std::string>((*writes)[i].changes.front().value); };
  EXPECT_TRUE(canonical_uuid(id(0)));
  EXPECT_NE(id(0), id(1));
}

TEST_F(RecordInput, every_problem_is_told_at_once) {
  EXPECT_EQ(problems(R"({"nam":1,"age":-1,"id":7,"role":"admin","created_at":"2020-01-01T00:00:00Z"})"),
            "nam: is not a field of 'people', did you mean 'name'?; id: is set by Banyan alone; role: is read-only; "
            "created_at: is set by Banyan alone; name: is required; age: must be at least 0; ");
}

TEST_F(RecordInput, a_field_has_one_problem_at_most) {
  EXPECT_EQ(problems(R"({"name":7})"), "name: must be text; ");
  EXPECT_EQ(problems(R"({"name":null})"), "name: is required; ");
  EXPECT_EQ(problems(R"({"name":"Alexander"})"), "name: must have at most 5 characters; ");
}

TEST_F(RecordInput, in_an_array_each_problem_names_its_element) {
  EXPECT_EQ(problems(R"([{"name":"Alice"},7,{"name":"Bob","age":"x"}])"),
            "[1]: must be an object; [2].age: must be a whole number from -9223372036854775808 to "
            "9223372036854775807; ");
}

TEST_F(RecordInput, the_service_key_sets_read_only_fields_but_not_what_banyan_keeps) {
  EXPECT_EQ(problems(R"({"name":"Alice","role":"admin"})", true), "nothing");
  EXPECT_EQ(problems(R"({"name":"Alice","id":1,"updated_at":null})", true),
            "id: is set by Banyan alone; updated_at: is set by Banyan alone; ");
}

TEST_F(RecordInput, a_body_that_is_no_object_is_refused_with_an_example) {
  const auto refused = creates_from(rules(), json("7"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid);
  EXPECT_EQ(refused.error().hint, "Send a JSON object, for example {\"name\": …}.");
  EXPECT_FALSE(update_from(rules(), json("[]")));
  EXPECT_FALSE(replacement_from(rules(), json("\"x\"")));
}

TEST_F(RecordInput, an_empty_array_creates_nothing) {
  const auto writes = creates_from(rules(), json("[]"));
  ASSERT_TRUE(writes);
  EXPECT_TRUE(writes->empty());
}

TEST_F(RecordInput, a_batch_past_its_bound_is_too_large) {
  const auto refused = creates_from(rules(), json("[{},{},{},{}]"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::too_large);
}

TEST_F(RecordInput, problems_are_counted_to_a_hundred) {
  std::string body = "{";
  for (int i = 0; i < 1'000; ++i) body += "\"f" + std::to_string(i) + "\":1,";
  body.back() = '}';
  const auto refused = creates_from(rules(), json(body));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fields.size(), 100U);
  EXPECT_EQ(refused.error().message, "100 or more places are not valid.");
}

TEST_F(RecordInput, an_error_is_short_and_says_the_remedy) {
  const auto refused = creates_from(rules(), json(R"({"name":"Alice","agge":1})"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "'agge' is not a field of 'people', did you mean 'age'?");
  EXPECT_EQ(refused.error().hint, "The fields of 'people' that can be set are: name, age, joined.");
  EXPECT_EQ(refused.error().reason, "unknown_field");
}

TEST_F(RecordInput, a_very_long_unknown_name_is_not_repeated_whole) {
  const auto refused = creates_from(rules(), json("{\"" + std::string(10'000, 'x') + "\":1,\"name\":\"A\"}"));
  ASSERT_FALSE(refused);
  EXPECT_LT(refused.error().message.size(), 200U);
}

TEST_F(RecordInput, an_update_sets_what_is_named_and_the_time) {
  const auto changes = update_from(rules(), json(R"({"age":30})"));
  ASSERT_TRUE(changes);
  EXPECT_EQ(shown(changes->changes), "2=30 6=2023-11-14T22:13:20.000000Z ");
}

TEST_F(RecordInput, an_update_that_names_nothing_is_refused) {
  const auto refused = update_from(rules(), json("{}"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "empty_body");
}

TEST_F(RecordInput, an_update_cannot_clear_a_required_field) {
  EXPECT_EQ(told(update_from(rules(), json(R"({"name":null})"))), "name: is required; ");
}

TEST_F(RecordInput, a_replacement_sets_every_field_but_those_that_keep_their_values) {
  const auto changes = replacement_from(rules(), json(R"({"name":"Bob"})"));
  ASSERT_TRUE(changes);
  EXPECT_EQ(shown(changes->changes), "1=Bob 2= 4=2023-11-14 6=2023-11-14T22:13:20.000000Z ");
  const auto by_service = replacement_from(rules(true), json(R"({"name":"Bob","role":"admin"})"));
  ASSERT_TRUE(by_service);
  EXPECT_EQ(shown(by_service->changes), "1=Bob 2= 3=admin 4=2023-11-14 6=2023-11-14T22:13:20.000000Z ");
  EXPECT_EQ(told(replacement_from(rules(), json("{}"))), "name: is required; ");
}

TEST_F(RecordInput, a_uuid_may_be_given_and_an_integer_only_names_what_is_there) {
  const auto given =
      creates_from(rules(false, 1), json(R"({"id":"0193A1C4-9F3E-7D2B-8C11-5F0E9A6B7C21","name":"Al"})"));
  ASSERT_TRUE(given);
  EXPECT_EQ(given->front().changes.front().value, Value("0193a1c4-9f3e-7d2b-8c11-5f0e9a6b7c21"));
  EXPECT_EQ(told(creates_from(rules(false, 1), json(R"({"id":7,"name":"Al"})"))),
            "id: must be a UUID, for example \"0193a1c4-9f3e-7d2b-8c11-5f0e9a6b7c21\"; ");
  InputRules upserts = rules();
  upserts.create.upsert = CreateOptions::Upsert{.conflict = {0}};
  const auto named = creates_from(upserts, json(R"([{"id":7,"age":1},{"name":"Bo"}])"));
  ASSERT_TRUE(named);
  EXPECT_EQ((*named)[0].id, Value(std::int64_t{7}));
  EXPECT_EQ(shown((*named)[0].changes), "2=1 6=2023-11-14T22:13:20.000000Z ") << "only what is named is set";
  EXPECT_EQ((*named)[1].id, std::nullopt);
  EXPECT_EQ(told(creates_from(upserts, json(R"({"id":null,"age":1})"))), "id: is required; ");
  upserts.create.upsert->conflict = {1};
  EXPECT_EQ(told(creates_from(upserts, json(R"({"id":7,"name":"Al"})"))), "id: is set by Banyan alone; ");
}

TEST_F(RecordInput, the_times_of_a_record_as_it_was_read_are_passed_over) {
  InputRules read = rules();
  read.passes_over_times = true;
  read.create.upsert = CreateOptions::Upsert{.conflict = {0}};
  const std::string times = R"("created_at":"2020-01-01T00:00:00Z","updated_at":7})";
  const auto changed = creates_from(read, json(R"({"id":7,"age":1,)" + times));
  ASSERT_TRUE(changed);
  EXPECT_EQ(shown(changed->front().changes), "2=1 6=2023-11-14T22:13:20.000000Z ");
  const auto made = creates_from(read, json(R"({"name":"Al",)" + times));
  ASSERT_TRUE(made);
  EXPECT_EQ(shown(made->front().changes),
            "1=Al 2= 3=guest 4=2023-11-14 5=2023-11-14T22:13:20.000000Z 6=2023-11-14T22:13:20.000000Z ");
  EXPECT_EQ(made->front().named, (std::vector<std::size_t>{1}));
  const auto updated = update_from(read, json(R"({"age":1,)" + times));
  ASSERT_TRUE(updated);
  EXPECT_EQ(shown(updated->changes), "2=1 6=2023-11-14T22:13:20.000000Z ");
  EXPECT_EQ(told(update_from(read, json(R"({"id":7,"role":"x",)" + times))),
            "id: is set by Banyan alone; role: is read-only; ");
  EXPECT_EQ(told(update_from(rules(), json(R"({"age":1,"created_at":null})"))), "created_at: is set by Banyan alone; ");
}

TEST_F(RecordInput, columns_say_what_counts_and_what_is_missing) {
  InputRules columns = rules();
  columns.create.columns = {{1, 2, 4}};
  const std::string body = R"({"name":"Al","nonsense":1,"role":"admin"})";
  const auto with_defaults = creates_from(columns, json(body));
  ASSERT_TRUE(with_defaults);
  EXPECT_EQ(shown(with_defaults->front().changes).substr(0, 30), "1=Al 2= 3=guest 4=2023-11-14 5");
  EXPECT_EQ(with_defaults->front().named, (std::vector<std::size_t>{1, 2, 4}));
  columns.create.missing_is_default = false;
  EXPECT_EQ(shown(creates_from(columns, json(body))->front().changes).substr(0, 20), "1=Al 2= 3=guest 4= 5");
}

TEST_F(RecordInput, a_replacement_leaves_alone_what_is_locked_unless_it_is_named) {
  InputRules locked = rules();
  locked.locked = {2};
  EXPECT_EQ(shown(replacement_from(locked, json(R"({"name":"Bo"})"))->changes).substr(0, 15), "1=Bo 4=2023-11-");
  EXPECT_EQ(shown(replacement_from(locked, json(R"({"name":"Bo","age":3})"))->changes).substr(0, 8), "1=Bo 2=3");
}

}  // namespace
}  // namespace banyan::services
