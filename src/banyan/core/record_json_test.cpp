#include "banyan/core/record_json.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "banyan/core/json_text.hpp"

namespace banyan {
namespace {

Collection users() {
  Schema schema;
  Collection& collection = schema.collections.emplace_back();
  collection.name = "users";
  collection.fields.push_back(make_id_field(IdKind::integer));
  for (const auto& [name, type] : {std::pair{"name", FieldType::text},
                                   {"score", FieldType::number},
                                   {"active", FieldType::boolean},
                                   {"extra", FieldType::json}}) {
    Field& field = collection.fields.emplace_back();
    field.name = name;
    field.type = type;
  }
  EXPECT_TRUE(complete(schema).empty());
  return schema.collections[0];
}

const Record alice{42, {std::int64_t{1}, "Al\"ice", 1.5, true, R"({"a":[1,2]})"}};
constexpr std::string_view alice_json = R"({"id":1,"name":"Al\"ice","score":1.5,"active":true,"extra":{"a":[1,2]}})";

TEST(RecordJson, has_every_field_in_the_collections_order) {
  std::string out = "before ";
  append_json(out, users(), alice);
  EXPECT_EQ(out, "before " + std::string(alice_json));

  out.clear();
  append_json(out, users(), Record{1, {std::int64_t{-9}, Null{}, Null{}, false, Null{}}});
  EXPECT_EQ(out, R"({"id":-9,"name":null,"score":null,"active":false,"extra":null})");
}

TEST(RecordJson, knows_where_each_field_ends) {
  const auto encoded = encode(users(), alice);
  EXPECT_EQ(encoded->version, 42U);
  EXPECT_EQ(encoded->body, alice_json);
  ASSERT_EQ(encoded->field_ends.size(), 5U);
  EXPECT_EQ(encoded->body.substr(0, encoded->field_ends[0]), R"({"id":1)");
  EXPECT_EQ(encoded->field_ends[4], encoded->body.size() - 1);
}

TEST(RecordJson, projects_without_parsing_in_the_order_asked_for) {
  const auto encoded = encode(users(), alice);
  const auto project = [&](std::vector<std::size_t> fields) {
    std::string out;
    append_projection(out, *encoded, fields);
    return out;
  };
  EXPECT_EQ(project({1}), R"({"name":"Al\"ice"})");
  EXPECT_EQ(project({4, 0}), R"({"extra":{"a":[1,2]},"id":1})");
  EXPECT_EQ(project({0, 1, 2, 3, 4}), alice_json);
  EXPECT_EQ(project({}), "{}");
}

TEST(RecordJson, members_are_taken_away_without_a_trace) {
  const auto encoded = encode(users(), alice);
  const auto shown = without_fields(*encoded, std::vector<std::size_t>{1, 3, 4});
  EXPECT_EQ(shown->version, 42U);
  EXPECT_EQ(shown->body, R"({"id":1,"score":1.5})");
  std::string out;
  append_projection(out, *shown, std::vector<std::size_t>{4, 3, 2, 1, 0});
  EXPECT_EQ(out, R"({"score":1.5,"id":1})");
  EXPECT_EQ(without_fields(*encoded, {})->body, alice_json);
  EXPECT_EQ(without_fields(*shown, std::vector<std::size_t>{2})->body, R"({"id":1})");
}

TEST(RecordJson, what_rules_look_at_is_kept_beside_the_body) {
  Collection collection = users();
  collection.rule_fields = {1, 3};
  EXPECT_EQ(encode(collection, alice)->rule_values, (std::vector<Value>{"Al\"ice", true}));
}

TEST(RecordJson, a_body_holds_little_room_beyond_its_text) {
  Record record = alice;
  record.values[1] = std::string(100'000, 'x');
  const auto encoded = encode(users(), record);
  EXPECT_LT(encoded->body.capacity(), encoded->body.size() + 200);
}

TEST(RecordJson, a_character_is_escaped_wherever_it_stands) {
  for (std::size_t size = 1; size < 40; ++size)
    for (std::size_t place = 0; place < size; ++place)
      for (const auto& [c, escaped] : {std::pair{'"', "\\\""}, {'\\', "\\\\"}, {'\x1f', "\\u001f"}, {' ', " "}}) {
        std::string text(size, '\xff');
        text[place] = c;
        std::string expected = "\"" + text + "\"";
        expected.replace(place + 1, 1, escaped);
        std::string out;
        append_json_string(out, text);
        ASSERT_EQ(out, expected) << size << " " << place;
      }
}

std::string random_text(std::mt19937_64& random) {
  static const std::vector<std::string> parts = {"a",    "Z",    "\"", "\\", "\n", "\x01",
                                                 "\x1f", "\x7f", "é",  "😀", " ",  "/"};
  std::string text;
  for (auto count = random() % 40; count > 0; --count) text += parts[random() % 3 == 0 ? random() % parts.size() : 0];
  return text;
}

TEST(RecordJson, whatever_is_encoded_reads_back_as_the_same_record) {
  const Collection collection = users();
  std::mt19937_64 random(99);
  for (int round = 0; round < 5'000; ++round) {
    Record record{
        random() + 1,
        {static_cast<std::int64_t>(random()), random_text(random),
         std::ldexp(static_cast<double>(random()), static_cast<int>(random() % 600) - 300), random() % 2 == 0, Null{}}};
    if (random() % 4 == 0) record.values[random() % 4 + 1] = Null{};
    if (random() % 2 == 0) {
      std::string document = "{\"text\":";
      append_json_string(document, random_text(random));
      record.values[4] = document + "}";
    }
    const auto encoded = encode(collection, record);
    const auto parsed = parse_json(encoded->body);
    ASSERT_TRUE(parsed) << encoded->body;
    Record back{record.version, {}};
    for (const Field& field : collection.fields)
      back.values.push_back(*value_from_json(field, parsed->as_object().at(field.name)));
    ASSERT_EQ(back, record) << encoded->body;
  }
}

}  // namespace
}  // namespace banyan
