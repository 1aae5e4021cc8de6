#include "banyan/core/schema.hpp"

#include <gtest/gtest.h>

namespace banyan {
namespace {

TEST(Names, are_lower_case_and_begin_with_a_letter) {
  for (const char* name : {"a", "users", "user_notes2", "x_"}) EXPECT_TRUE(is_valid_name(name)) << name;
  for (const char* name : {"", "_users", "Users", "1st", "user-notes", "user notes", "üser", "a.b", "a\"b"})
    EXPECT_FALSE(is_valid_name(name)) << name;
  EXPECT_TRUE(is_valid_name(std::string(63, 'a')));
  EXPECT_FALSE(is_valid_name(std::string(64, 'a')));
}

TEST(Names, that_the_api_needs_are_reserved) {
  for (const char* name : {"health", "metrics", "rest", "auth", "storage", "rpc", "batch", "openapi", "dashboard",
                           "admin", "files", "jobs", "queries", "events", "realtime", "sessions", "docs", "favicon"})
    EXPECT_TRUE(is_reserved_collection_name(name)) << name;
  for (const char* name : {"users", "notes", "orders", "select", "accounts"})
    EXPECT_FALSE(is_reserved_collection_name(name)) << name;
  for (const char* name : {"id", "select", "order", "limit", "offset", "and", "or", "not", "cursor", "count"})
    EXPECT_TRUE(is_reserved_field_name(name)) << name;
  EXPECT_FALSE(is_reserved_field_name("name"));
}

TEST(FieldTypes, have_one_word_each) {
  EXPECT_EQ(field_type_words().size(), 12U);
  for (const auto word : field_type_words()) {
    ASSERT_TRUE(field_type_from(word)) << word;
    EXPECT_EQ(to_string(*field_type_from(word)), word);
  }
  EXPECT_EQ(field_type_from("enum"), FieldType::enumeration);
  EXPECT_FALSE(field_type_from("strng"));
}

// Two collections; `change` spoils `notes`, whose field 1 is `title` and field 2 a reference `author` to users.
template <typename Change>
std::vector<std::string> problems_after(Change change) {
  Schema schema;
  schema.collections.resize(2);
  schema.collections[0].name = "users";
  schema.collections[0].id_kind = IdKind::uuid;
  schema.collections[0].fields = {make_id_field(IdKind::uuid)};
  Collection& notes = schema.collections[1];
  notes.name = "notes";
  Field title;
  title.name = "title";
  Field author;
  author.name = "author";
  author.type = FieldType::reference;
  author.reference_to = "users";
  notes.fields = {make_id_field(IdKind::integer), title, author};
  change(notes);
  std::vector<std::string> texts;
  for (const auto& problem : complete(schema))
    texts.push_back(problem.collection + "." + problem.field + "." + problem.key + ": " + problem.message);
  return texts;
}

using Texts = std::vector<std::string>;

TEST(Complete, fills_in_what_follows_from_the_rest) {
  Schema schema;
  schema.collections.resize(2);
  schema.collections[0].name = "notes";
  schema.collections[1].name = "users";
  schema.collections[1].id_kind = IdKind::uuid;
  schema.collections[1].fields = {make_id_field(IdKind::uuid)};
  Field author;
  author.name = "author";
  author.type = FieldType::reference;
  author.reference_to = "users";
  Field score;
  score.name = "score";
  score.type = FieldType::number;
  schema.collections[0].fields = {make_id_field(IdKind::integer), author, score,
                                  make_time_field(FieldRole::created_at)};
  ASSERT_TRUE(complete(schema).empty());
  EXPECT_EQ(schema.collections[1].index, 1U);
  const auto& fields = schema.collections[0].fields;
  EXPECT_EQ(fields[0].storage, Field::Storage::integer);
  EXPECT_EQ(fields[1].reference_index, 1U);
  EXPECT_EQ(fields[1].storage, Field::Storage::text) << "as the uuid it names";
  EXPECT_EQ(fields[2].storage, Field::Storage::number);
  ASSERT_EQ(schema.references_to(1).size(), 1U);
  EXPECT_EQ(schema.references_to(1)[0].field, 1U);
  EXPECT_TRUE(schema.references_to(0).empty());
  EXPECT_EQ(schema.find("users"), &schema.collections[1]);
  EXPECT_EQ(schema.find("user"), nullptr);
  EXPECT_EQ(schema.collections[0].find_field("score"), 2U);
}

TEST(Complete, accepts_references_that_form_a_circle) {
  EXPECT_EQ(problems_after([](Collection& notes) {
              notes.fields[2].reference_to = "notes";
              notes.fields[2].required = true;
            }),
            Texts{});
}

TEST(Complete, names_what_is_wrong_with_names) {
  EXPECT_EQ(problems_after([](Collection& notes) { notes.name = "health"; }),
            Texts{"health..: 'health' cannot be the name of a collection: Banyan serves that path itself"});
  EXPECT_EQ(problems_after([](Collection& notes) { notes.name = "users"; }),
            Texts{"users..: the collection 'users' is declared twice"});
  EXPECT_EQ(problems_after([](Collection& notes) { notes.fields[1].name = "order"; }),
            Texts{"notes.order.: 'order' cannot be the name of a field: it is a word of queries"});
  EXPECT_EQ(problems_after([](Collection& notes) { notes.fields[1].name = "id"; }).size(), 1U);
  EXPECT_EQ(problems_after([](Collection& notes) { notes.fields[1].name = "author"; }),
            Texts{"notes.author.: the field 'author' is declared twice"});
  EXPECT_EQ(problems_after([](Collection& notes) { notes.fields[1].name = "_t"; }).size(), 1U);
}

TEST(Complete, names_what_is_wrong_with_references) {
  EXPECT_EQ(problems_after([](Collection& notes) { notes.fields[2].reference_to = "user"; }),
            Texts{"notes.author.to: unknown collection 'user', did you mean 'users'?"});
  EXPECT_EQ(problems_after([](Collection& notes) { notes.fields[2].reference_to = ""; }).size(), 1U);
  EXPECT_EQ(problems_after([](Collection& notes) {
              notes.fields[2].required = true;
              notes.fields[2].on_delete = OnDelete::set_null;
            }),
            Texts{"notes.author.on_delete: cannot be 'set_null' on a required field"});
}

TEST(Complete, names_bounds_that_do_not_fit_their_field) {
  using Change = void (*)(Field&);
  const std::pair<Change, const char*> cases[] = {
      {[](Field& field) { field.min = std::int64_t{1}; },
       "min: only integer, number, timestamp and date have a range, not a text"},
      {[](Field& field) { field.type = FieldType::integer, field.max_length = 1; },
       "max_length: only text, email and url have a length, not an integer"},
      {[](Field& field) { field.min_length = 3, field.max_length = 2; },
       "min_length: must not be larger than max_length"},
      {[](Field& field) { field.min_length = -1; }, "min_length: must not be negative"},
      {[](Field& field) { field.type = FieldType::integer, field.min = 1.5; },
       "min: must be a value of the field's type, integer"},
      {[](Field& field) { field.type = FieldType::number, field.min = 2.0, field.max = 1.0; },
       "min: must not be larger than max"},
      {[](Field& field) { field.type = FieldType::timestamp, field.min = "2026-11-23T00:00:00Z"; },
       "min: must be a value of the field's type, timestamp"},
      {[](Field& field) { field.pattern_text = "(a"; },
       "pattern: is not a pattern that RE2 understands: missing ): (a"},
      {[](Field& field) { field.type = FieldType::uuid, field.pattern_text = "a"; },
       "pattern: only text, email and url have a pattern, not a uuid"},
      {[](Field& field) { field.type = FieldType::enumeration; },
       "values: an enum must list its values: `values = [\"…\"]`"},
      {[](Field& field) { field.type = FieldType::enumeration, field.enum_values = {"a", "a"}; },
       "values: the value 'a' is there twice"},
      {[](Field& field) { field.enum_values = {"a"}; }, "values: only an enum has values, not a text"},
      {[](Field& field) { field.type = FieldType::json, field.unique = true; },
       "unique: a json field cannot be unique: json values are not compared"},
      {[](Field& field) { field.default_value = {std::int64_t{1}}; },
       "default: must be a value of the field's type, text"},
      {[](Field& field) { field.max_length = 1, field.default_value = {"ab"}; },
       "default: must have at most 1 character"},
      {[](Field& field) { field.default_value = {Null{}, true}; },
       "default: 'now' is for timestamp and date, not for a text"},
      {[](Field& field) { field.unique = true, field.default_value = {"a"}; },
       "default: cannot be given for a unique field: the second record would collide"},
      {[](Field& field) { field.type = FieldType::json, field.default_value = {"{ }"}; },
       "default: must be a value of the field's type, json"},
  };
  for (const auto& [change, message] : cases)
    EXPECT_EQ(problems_after([&](Collection& notes) { change(notes.fields[1]); }),
              Texts{std::string("notes.title.") + message});
}

TEST(Complete, accepts_defaults_and_bounds_that_fit) {
  EXPECT_EQ(problems_after([](Collection& notes) {
              Field& field = notes.fields[1];
              field.type = FieldType::timestamp;
              field.default_value = {Null{}, true};
              field.min = "2026-11-23T00:00:00.000000Z";
            }),
            Texts{});
  EXPECT_EQ(problems_after([](Collection& notes) {
              Field& field = notes.fields[1];
              field.type = FieldType::json;
              field.default_value = {R"({"a":[]})"};
            }),
            Texts{});
}

TEST(Complete, names_what_is_wrong_with_indexes) {
  EXPECT_EQ(problems_after([](Collection& notes) { notes.indexes = {{{1, 2}}, {{1}}, {{1, 2}}}; }),
            Texts{"notes..indexes: the index over 'title', 'author' is there twice"});
  EXPECT_EQ(problems_after([](Collection& notes) { notes.indexes = {{{}}}; }),
            Texts{"notes..indexes: an index needs at least one field"});
  EXPECT_EQ(problems_after([](Collection& notes) { notes.indexes = {{{1, 1}}}; }),
            Texts{"notes..indexes: an index names the field 'title' twice"});
  EXPECT_EQ(problems_after([](Collection& notes) { notes.indexes = {{{9}}}; }),
            Texts{"notes..indexes: an index names a field that is not there"});
  EXPECT_EQ(problems_after([](Collection& notes) {
              notes.fields[1].type = FieldType::json;
              notes.indexes = {{{1}}};
            }).size(),
            1U);
}

TEST(Complete, names_what_is_wrong_with_what_is_searched) {
  EXPECT_EQ(problems_after([](Collection& notes) { notes.search = {1}; }), Texts{});
  EXPECT_EQ(problems_after([](Collection& notes) { notes.search = {1, 1}; }),
            Texts{"notes..search: names the field 'title' twice"});
  EXPECT_EQ(problems_after([](Collection& notes) { notes.search = {0, 99}; }),
            (Texts{"notes..search: only text is searched, and 'id' is none",
                   "notes..search: names a field that is not there"}));
}

TEST(Policy, is_closed_until_it_is_opened_and_never_to_the_service_key) {
  Policy policy;
  const Viewer anonymous;
  const Viewer service{Viewer::Kind::service};
  EXPECT_EQ(policy.decide(Action::read, {anonymous}), Policy::Verdict::denied);
  EXPECT_EQ(policy.decide(Action::read, {service}), Policy::Verdict::allowed);
  policy.access[static_cast<std::size_t>(Action::read)] = Access::anyone;
  EXPECT_EQ(policy.decide(Action::read, {anonymous}), Policy::Verdict::allowed);
  EXPECT_EQ(policy.decide(Action::remove, {anonymous}), Policy::Verdict::denied);
  EXPECT_EQ(to_string(Action::remove), "delete");
}

}  // namespace
}  // namespace banyan
