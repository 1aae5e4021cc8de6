#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "banyan/api/query/page_json.hpp"
#include "banyan/api/query/parser.hpp"

/// What tests of the grammar share: a small application, asked by query strings.
namespace banyan::api {

inline Field field(std::string name, FieldType type) {
  Field made;
  made.name = std::move(name);
  made.type = type;
  return made;
}

inline Field reference(std::string name, std::string to) {
  Field made = field(std::move(name), FieldType::reference);
  made.reference_to = std::move(to);
  return made;
}

inline Collection collection(std::string name, std::vector<Field> fields) {
  Collection made;
  made.name = std::move(name);
  made.fields.push_back(make_id_field(IdKind::integer));
  for (Field& each : fields) made.fields.push_back(std::move(each));
  return made;
}

/// users, posts by them (and edited by them), comments on posts, tags of posts, and nodes of a tree.
inline Schema publishing() {
  Schema schema;
  schema.collections = {
      collection("users", {field("name", FieldType::text), field("age", FieldType::integer),
                           field("height", FieldType::number), field("active", FieldType::boolean),
                           field("born", FieldType::date), field("extra", FieldType::json)}),
      collection("posts", {field("title", FieldType::text), reference("author", "users"), reference("editor", "users"),
                           field("score", FieldType::integer)}),
      collection("comments",
                 {field("text", FieldType::text), reference("post", "posts"), reference("writer", "users")}),
      collection("tags", {field("word", FieldType::text)}),
      collection("post_tags", {reference("post", "posts"), reference("tag", "tags")}),
      collection("nodes", {field("name", FieldType::text), reference("parent", "nodes")}),
  };
  schema.collections[1].search = {1};
  EXPECT_TRUE(complete(schema).empty());
  return schema;
}

class Grammar : public testing::Test {
 protected:
  QuerySubject subject(std::string_view collection) const { return {schema_, *schema_.find(collection), limits_}; }

  ParsedQuery parse(std::string_view collection, std::string_view raw) const {
    auto parsed = parse_list_query(raw, subject(collection));
    if (parsed) return std::move(*parsed);
    ADD_FAILURE() << raw << ": " << parsed.error().message;
    return {};
  }

  Error refusal(std::string_view collection, std::string_view raw) const {
    auto parsed = parse_list_query(raw, subject(collection));
    if (!parsed) {
      EXPECT_FALSE(parsed.error().hint.empty()) << raw;
      return std::move(parsed.error());
    }
    ADD_FAILURE() << raw << " was accepted";
    return Error(ErrorCode::internal, "accepted");
  }

  /// "PGRST…" would be made of it.
  std::string reason_of(std::string_view collection, std::string_view raw) const {
    const Error error = refusal(collection, raw);
    return error.code == ErrorCode::unsupported ? "unsupported" : error.reason;
  }

  /// Of records of `collection`, how many of `records` match.
  std::string matching(std::string_view raw, const std::vector<Record>& records) const {
    const ParsedQuery parsed = parse("users", raw);
    std::string places;
    for (std::size_t i = 0; i < records.size(); ++i)
      if (matches(parsed.query.filter, records[i])) places += std::to_string(i + 1);
    return places;
  }

  static Record user(std::int64_t id, Value name, Value age = Null(), Value extra = Null()) {
    return {.version = 1, .values = {id, std::move(name), std::move(age), Null(), Null(), Null(), std::move(extra)}};
  }

  Schema schema_ = publishing();
  QueryLimits limits_;
};

inline Value text(std::string_view value) { return std::string(value); }

}  // namespace banyan::api
