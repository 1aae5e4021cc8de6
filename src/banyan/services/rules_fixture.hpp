#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/adapters/memory/staged_record_store.hpp"

#include "banyan/adapters/memory/cache.hpp"
#include "banyan/adapters/memory/record_store.hpp"
#include "banyan/services/records.hpp"
#include "banyan/services/testing_rig.hpp"

namespace banyan::services::testing {

inline Field reference(std::string name, std::string to, OnDelete on_delete = OnDelete::cascade) {
  Field made = field(std::move(name), FieldType::reference);
  made.reference_to = std::move(to);
  made.on_delete = on_delete;
  return made;
}

inline void rule(Collection& collection, Action action, std::string text) {
  const auto place = static_cast<std::size_t>(action);
  collection.policy.access[place] = Access::rule;
  collection.policy.texts[place] = std::move(text);
}

/// People write notes, and notes have comments and tags. A note is its owner's, and everyone's to read when it is
/// public; its secret is its owner's alone; only editors set its state. A comment is read with its note.
inline std::vector<Collection> ruled_collections() {
  constexpr auto mine = "record.owner == viewer.id";
  Collection people = open_collection("people");
  people.fields.push_back(field("name"));
  Collection notes = open_collection("notes");
  Field title = field("title");
  title.unique = true;
  Field secret = field("secret");
  secret.read_text = mine;
  secret.unique = true;
  Field state = field("state");
  state.write_text = "viewer.role == 'editor'";
  notes.fields.insert(notes.fields.end(),
                      {reference("owner", "people"), title, field("public", FieldType::boolean), secret, state});
  rule(notes, Action::read, "record.public == true || record.owner == viewer.id");
  for (const Action action : {Action::create, Action::update, Action::remove}) rule(notes, action, mine);
  Collection comments = open_collection("comments");
  comments.fields.insert(comments.fields.end(), {reference("note", "notes"), field("text")});
  rule(comments, Action::read, "record.note.public == true || record.note.owner == viewer.id");
  Collection tags = open_collection("tags");
  tags.fields.push_back(field("name"));
  Collection taggings = open_collection("taggings");
  Field label = field("label");
  label.unique = true;
  taggings.fields.insert(taggings.fields.end(), {reference("note", "notes"), reference("tag", "tags"), label});
  rule(taggings, Action::read, "viewer.role == 'editor'");
  rule(taggings, Action::create, "record.note.owner == viewer.id && record.note.title != 'closed'");
  rule(tags, Action::create, "record.id == null && !(record.id == 1) && !(record.id != 1)");
  return {people, notes, comments, tags, taggings};
}

/// Records with rules over the memory store: the viewers Ann (1) and Bob (2), an editor (2 too), anonymous, service.
class RuledRecords : public ::testing::Test {
 protected:
  InlineExecutor executor;
  ManualClock clock;
  SystemRandom random;
  UnseenMetrics metrics;
  Schema schema = completed(ruled_collections());
  memory::RecordStore inner{schema, clock};
  memory::StagedRecordStore store{inner};
  memory::Cache cache{{.ttl_jitter = 0}, {clock, random, metrics}};
  Records records{{schema, store, cache, clock, random, metrics}};
  const Collection& people = schema.collections[0];
  const Collection& notes = schema.collections[1];
  const Collection& comments = schema.collections[2];
  const Collection& tags = schema.collections[3];
  const Collection& taggings = schema.collections[4];

  std::unique_ptr<Context> as(Viewer viewer, Executor& on) const {
    return std::unique_ptr<Context>(new Context{
        .executor = on, .clock = clock, .deadline = SteadyTime::max(), .viewer = std::move(viewer), .position = {}});
  }
  std::unique_ptr<Context> as(Viewer viewer) { return as(std::move(viewer), executor); }
  static Viewer user(std::string id, std::string role = "") {
    return {.kind = Viewer::Kind::user, .id = std::move(id), .role = std::move(role)};
  }

  std::unique_ptr<Context> ann = as(user("1"));
  std::unique_ptr<Context> bob = as(user("2"));
  std::unique_ptr<Context> editor = as(user("2", "editor"));
  std::unique_ptr<Context> nobody = as({});
  std::unique_ptr<Context> service = as({.kind = Viewer::Kind::service});

  void SetUp() override {
    make(people, R"([{"name":"Ann"},{"name":"Bob"}])");
    make(notes, R"([{"owner":1,"title":"open","public":true,"secret":"s1"},
                    {"owner":1,"title":"closed","public":false,"secret":"s2"},
                    {"owner":2,"title":"bobs","public":false,"secret":"s3"}])");
    make(comments, R"([{"note":1,"text":"c1"},{"note":2,"text":"c2"},{"note":3,"text":"c3"}])");
  }

  void make(const Collection& in, std::string_view text) {
    const boost::json::value body = json(text);
    const auto created = block_on(records.create(*service, in, body));
    ASSERT_TRUE(created) << created.error().message;
  }

  static std::string words(const Error& error) { return to_string(error.code) + (": " + error.message); }

  std::string find(const Context& context, const Collection& in, std::int64_t id) {
    const auto found = block_on(records.find(context, in, Value(id)));
    return found ? (*found)->body : to_string(found.error().code);
  }

  static std::string body_of(const Result<Written>& written) {
    if (!written) return to_string(written.error().code);
    return written->record ? written->record->body : "unseen";
  }
  std::string update(const Context& context, const Collection& in, std::int64_t id, std::string_view text,
                     std::optional<Version> expected = std::nullopt) {
    const boost::json::value body = json(text);
    return body_of(block_on(records.update(context, in, Value(id), body, expected)));
  }
  std::string remove(const Context& context, const Collection& in, std::int64_t id) {
    const auto removed = block_on(records.remove(context, in, Value(id), std::nullopt));
    return removed ? "removed" : to_string(removed.error().code);
  }

  /// "open closed" of a list of notes, by the column's values; the error's code where it is refused.
  std::string listed(const Context& context, Query query, std::size_t field) {
    const auto page = block_on(records.list(context, std::move(query)));
    if (!page) return to_string(page.error().code);
    std::string out;
    for (const Record& record : page->records) out += (out.empty() ? "" : " ") + text_of(record.values[field]);
    return out;
  }
  static std::string text_of(const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
    return is_null(value) ? "null" : "?";
  }
  static Query query_of(const Collection& collection, Filter filter = {}) {
    Query query;
    query.collection = &collection;
    query.filter = std::move(filter);
    return query;
  }
  static Filter equals(std::size_t field, Value value) {
    return Filter::compare(field, CompareOp::eq, std::vector<Value>{std::move(value)});
  }
  /// By kind and the collections' names.
  Relation relation(const Collection& from, Relation::Kind kind, const Collection& to) const {
    for (const Relation& each : relations_of(schema, from))
      if (each.kind == kind && each.target == &to) return each;
    ADD_FAILURE() << from.name << " has no such relation to " << to.name;
    return {};
  }

  // Places in `notes`.
  static constexpr std::size_t note_owner = 1;
  static constexpr std::size_t note_title = 2;
  static constexpr std::size_t note_public = 3;
  static constexpr std::size_t note_secret = 4;
};

}  // namespace banyan::services::testing
