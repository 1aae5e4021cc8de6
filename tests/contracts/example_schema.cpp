#include "tests/contracts/example_schema.hpp"

#include <initializer_list>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "tests/contracts/blog.hpp"

namespace banyan::contracts {
namespace {

Field choice(std::string name, std::vector<std::string> values) {
  Field made = field(std::move(name), FieldType::enumeration);
  made.enum_values = std::move(values);
  return made;
}

void add_index(Collection& to, std::initializer_list<std::string_view> names, bool is_unique) {
  Index index;
  index.unique = is_unique;
  for (const std::string_view name : names) index.fields.push_back(to.find_field(name).value());
  to.indexes.push_back(std::move(index));
}

Collection users() {
  Collection made = collection("users", {
                                            required(field("name", FieldType::text)),
                                            unique(field("email", FieldType::email)),
                                            field("handle", FieldType::text),
                                            choice("role", {"admin", "member", "guest"}),
                                            field("age", FieldType::integer),
                                            field("score", FieldType::number),
                                            field("active", FieldType::boolean),
                                            field("born", FieldType::date),
                                            field("seen_at", FieldType::timestamp),
                                            field("settings", FieldType::json),
                                            field("external", FieldType::uuid),
                                            field("homepage", FieldType::url),
                                            reference("boss", "users", OnDelete::set_null),
                                            make_time_field(FieldRole::created_at),
                                            make_time_field(FieldRole::updated_at),
                                        });
  add_index(made, {"age", "name"}, false);
  add_index(made, {"role", "handle"}, true);
  return made;
}

Collection taggings() {
  Collection made = collection("taggings", {
                                               required(reference("post", "posts", OnDelete::cascade)),
                                               required(reference("tag", "tags", OnDelete::restrict)),
                                           });
  add_index(made, {"post", "tag"}, true);
  return made;
}

}  // namespace

Schema example_schema() {
  Schema schema;
  schema.collections.push_back(users());
  schema.collections.push_back(collection("posts", {
                                                       required(field("title", FieldType::text)),
                                                       reference("author", "users", OnDelete::cascade),
                                                       reference("editor", "users", OnDelete::set_null),
                                                       field("rating", FieldType::number),
                                                       make_time_field(FieldRole::updated_at),
                                                   }));
  schema.collections.push_back(collection("comments", {
                                                          required(reference("post", "posts", OnDelete::cascade)),
                                                          reference("parent", "comments", OnDelete::cascade),
                                                          reference("author", "users", OnDelete::set_null),
                                                          field("body", FieldType::text),
                                                      }));
  schema.collections.push_back(collection("tags",
                                          {
                                              required(unique(field("label", FieldType::text))),
                                              reference("parent", "tags", OnDelete::restrict),
                                              reference("owner", "users", OnDelete::restrict),
                                              reference("rival", "tags", OnDelete::set_null),
                                              field("weight", FieldType::integer),
                                          },
                                          IdKind::uuid));
  schema.collections.push_back(taggings());
  const auto problems = complete(schema);
  if (!problems.empty()) throw std::logic_error("the example schema is wrong: " + problems.front().message);
  return schema;
}

}  // namespace banyan::contracts
