#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/core/record_store.hpp"

/// Small schemas and writes, as tests of one store need them.
namespace banyan::contracts {

inline Field field(std::string name, FieldType type) { return {.name = std::move(name), .type = type}; }
inline Field required(Field field) { return field.required = true, field; }
inline Field unique(Field field) { return field.unique = true, field; }
inline Field reference(std::string name, std::string to, OnDelete on_delete) {
  Field made = field(std::move(name), FieldType::reference);
  made.reference_to = std::move(to);
  made.on_delete = on_delete;
  return made;
}

inline Collection collection(std::string name, std::vector<Field> fields, IdKind id_kind = IdKind::integer) {
  Collection made;
  made.name = std::move(name);
  made.id_kind = id_kind;
  made.fields.push_back(make_id_field(id_kind));
  for (Field& one : fields) {
    if (one.type == FieldType::boolean) one.storage = Field::Storage::boolean;
    if (one.type == FieldType::integer) one.storage = Field::Storage::integer;
    if (one.type == FieldType::number) one.storage = Field::Storage::number;
    made.fields.push_back(std::move(one));
  }
  return made;
}

inline std::unique_ptr<Schema> schema(std::vector<Collection> collections) {
  auto made = std::make_unique<Schema>();
  made->collections = std::move(collections);
  for (const SchemaProblem& problem : complete(*made)) {
    ADD_FAILURE() << problem.collection << "." << problem.field << ": " << problem.message;
  }
  return made;
}

/// users (name, email unique, age with an index), posts (title, author), labels under uuids.
inline std::unique_ptr<Schema> blog(OnDelete on_delete = OnDelete::cascade) {
  Collection users = collection("users", {required(field("name", FieldType::text)),
                                          unique(field("email", FieldType::email)), field("age", FieldType::integer)});
  users.indexes.push_back({.fields = {3}});
  return schema(
      {std::move(users),
       collection("posts", {required(field("title", FieldType::text)), reference("author", "users", on_delete)}),
       collection("labels", {field("word", FieldType::text)}, IdKind::uuid)});
}

using NamedValues = std::vector<std::pair<std::string, Value>>;

inline Write create(const Collection& in, const NamedValues& values) {
  Write write{.kind = Write::Kind::create, .collection = &in};
  for (std::size_t i = in.id_kind == IdKind::integer ? 1 : 0; i < in.fields.size(); ++i) {
    const auto given = std::ranges::find(values, in.fields[i].name, &NamedValues::value_type::first);
    write.changes.emplace_back(i, given == values.end() ? Value(Null{}) : given->second);
  }
  return write;
}
inline Write update(const Collection& in, Value id, const NamedValues& values) {
  Write write{.kind = Write::Kind::update, .collection = &in, .id = std::move(id)};
  for (const auto& [name, value] : values) write.changes.emplace_back(*in.find_field(name), value);
  return write;
}
inline Write remove(const Collection& in, Value id) {
  return {.kind = Write::Kind::remove, .collection = &in, .id = std::move(id)};
}

inline Value text(std::string_view value) { return std::string(value); }
inline Value number(std::int64_t value) { return value; }

}  // namespace banyan::contracts
