#pragma once

#include <algorithm>
#include <string>

#include "banyan/core/schema.hpp"
#include "banyan/sql/dialect.hpp"

namespace banyan::sql {

/// A dialect unlike SQLite's, so that nothing of it is taken for granted.
class PlainDialect final : public Dialect {
 public:
  void append_placeholder(std::string& out, std::size_t number) const override { out += "$" + std::to_string(number); }
  void append_like(std::string& out, std::string_view column, std::size_t number, bool fold) const override {
    out += std::string(column) + (fold ? " ILIKE $" : " LIKE $") + std::to_string(number);
  }
  void append_is(std::string& out, std::string_view column, bool value) const override {
    out += std::string(column) + (value ? " IS TRUE" : " IS FALSE");
  }
  void append_json(std::string& out, std::string_view column, std::string_view path, Term::Json) const override {
    out += std::string(column) + " -> " + std::string(path);
  }
  std::string path_operand(std::span<const std::string> path) const override { return path.front(); }
  void append_json_contains(std::string& out, std::string_view outer, std::string_view inner) const override {
    out += std::string(outer) + " @> " + std::string(inner);
  }
  void append_function(std::string& out, Term::Function, std::string_view text) const override {
    out += "f(" + std::string(text) + ")";
  }
  void append_any(std::string& out, std::string_view column, std::string_view keys) const override {
    out += std::string(column) + " = ANY (" + std::string(keys) + ")";
  }
  std::string list_operand(std::span<const Value> keys) const override { return std::to_string(keys.size()); }
  void append_aggregate(std::string& out, Aggregate::Function, std::string_view operand, const Field&) const override {
    out += "a(" + std::string(operand) + ")";
  }
  void append_literal(std::string& out, const Value&) const override { out += "?"; }
  bool nulls_first_by_default(bool descending) const override { return descending; }
  std::string_view greatest() const override { return "greatest"; }
  std::string_view id_column(IdKind) const override { return "BIGINT PRIMARY KEY"; }
  std::string_view column_type(const Field&) const override { return "TEXT"; }
  std::string_view version_type() const override { return "BIGINT"; }
  void append_check(std::string&, const Field&) const override {}
  std::string_view table_suffix() const override { return ""; }
};

/// Users, posts that name them, and follows, which name two users.
inline Schema small_schema() {
  const Field id{.name = "id", .role = FieldRole::id, .required = true, .storage = Field::Storage::integer};
  const auto names_user = [](const char* name) {
    return Field{
        .name = name, .type = FieldType::reference, .reference_to = "users", .storage = Field::Storage::integer};
  };
  Schema schema;
  schema.collections.resize(3);
  schema.collections[0].name = "users";
  schema.collections[0].fields = {id,
                                  {.name = "name", .required = true, .storage = Field::Storage::text},
                                  {.name = "age", .type = FieldType::integer, .storage = Field::Storage::integer},
                                  {.name = "active", .storage = Field::Storage::boolean},
                                  {.name = "data", .type = FieldType::json, .storage = Field::Storage::text}};
  schema.collections[1].name = "posts";
  schema.collections[1].fields = {id, names_user("author"), {.name = "likes", .storage = Field::Storage::integer}};
  schema.collections[2].name = "follows";
  schema.collections[2].fields = {id, names_user("who"), names_user("whom")};
  for (std::size_t i = 0; i < schema.collections.size(); ++i) schema.collections[i].index = i;
  return schema;
}

/// The text without its quotes, to be read.
inline std::string plain(std::string text) {
  std::erase(text, '"');
  return text;
}

}  // namespace banyan::sql
