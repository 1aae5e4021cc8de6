#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "banyan/adapters/sqlite/store.hpp"
#include "banyan/base/metrics.hpp"
#include "banyan/core/query.hpp"

/// What the tests of this folder share.
namespace banyan::sqlite::testkit {

/// A directory of its own that goes with the test. In memory where that is possible: what the store asks of the
/// device is tested by looking at what it asks, and a slow device would only make the tests slow.
class TempDirectory {
 public:
  TempDirectory() {
    const std::filesystem::path memory = "/dev/shm";
    const bool in_memory = access(memory.c_str(), W_OK | X_OK) == 0 && getenv("TMPDIR") == nullptr;
    std::string name =
        ((in_memory ? memory : std::filesystem::temp_directory_path()) / "banyan-sqlite-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;
  ~TempDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

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
  Field id{.name = "id", .type = id_kind == IdKind::integer ? FieldType::integer : FieldType::uuid};
  id.role = FieldRole::id;
  id.required = true;
  made.fields.push_back(std::move(id));
  for (Field& one : fields) made.fields.push_back(std::move(one));
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

/// A store over a file, with all that it needs.
struct Opened {
  explicit Opened(Options options_, std::unique_ptr<Schema> schema_ = blog())
      : options(std::move(options_)), schema(std::move(schema_)) {}

  /// Opens, makes what is missing, starts.
  Result<void> start() {
    auto opened = open();
    if (!opened) return opened;
    auto plan = store->plan();
    if (!plan) return fail(plan.error());
    if (auto done = store->apply_additive(*plan); !done) return done;
    return store->start();
  }
  Result<void> open() {
    auto opened = Store::open(options, {*schema, clock, log, metrics});
    if (!opened) return fail(opened.error());
    store = std::move(*opened);
    return {};
  }

  const Collection& at(std::string_view name) const { return *schema->find(name); }

  Result<Applied> apply(std::vector<Write> writes) {
    Context context{executor, clock, clock.steady() + std::chrono::seconds(30)};
    return block_on(store->apply(context, WriteBatch{std::move(writes)}));
  }
  Result<Record> find(std::string_view name, Value id) {
    Context context{executor, clock, clock.steady() + std::chrono::seconds(30)};
    const RecordKey key(&at(name), std::move(id));
    return block_on(store->find(context, key));
  }
  Result<RecordPage> list(Query query) {
    Context context{executor, clock, clock.steady() + std::chrono::seconds(30)};
    return block_on(store->list(context, std::move(query)));
  }

  Write create(std::string_view name, std::vector<std::pair<std::string, Value>> values) const {
    Write write{.kind = Write::Kind::create, .collection = &at(name)};
    for (std::size_t i = write.collection->id_kind == IdKind::integer ? 1 : 0; i < write.collection->fields.size();
         ++i) {
      FieldChange& change = write.changes.emplace_back(i, Null{});
      for (auto& [field, value] : values) {
        if (field == write.collection->fields[i].name) change.value = value;
      }
    }
    return write;
  }
  Write update(std::string_view name, Value id, std::vector<std::pair<std::string, Value>> values) const {
    Write write{.kind = Write::Kind::update, .collection = &at(name), .id = std::move(id)};
    for (auto& [field, value] : values) write.changes.emplace_back(*write.collection->find_field(field), value);
    return write;
  }
  Write remove(std::string_view name, Value id) const {
    return {.kind = Write::Kind::remove, .collection = &at(name), .id = std::move(id)};
  }

  Options options;
  std::unique_ptr<Schema> schema;
  SystemClock clock;
  NullLog log;
  UnseenMetrics metrics;
  InlineExecutor executor;
  std::unique_ptr<Store> store;
};

inline Value text(std::string value) { return value; }
inline Value number(std::int64_t value) { return value; }

}  // namespace banyan::sqlite::testkit
