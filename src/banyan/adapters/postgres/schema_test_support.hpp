#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "banyan/adapters/postgres/connection.hpp"
#include "banyan/adapters/postgres/store.hpp"
#include "banyan/base/log.hpp"
#include "banyan/base/metrics.hpp"
#include "tests/servers/shared_postgres.hpp"

/// What the tests of this folder's schema side share.
namespace banyan::postgres::testkit {

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

inline std::vector<std::string> words(const SchemaPlan& plan, SchemaDifference::Kind kind) {
  std::vector<std::string> all;
  for (const auto& difference : plan.differences)
    if (difference.kind == kind) all.push_back(difference.what);
  return all;
}

inline Value text(std::string value) { return value; }
inline Value number(std::int64_t value) { return value; }

/// A database of its own, and what somebody with psql would do in it.
class TestDatabase {
 public:
  const std::string& url() const { return url_; }
  std::string run(const std::string& sql) const {
    const auto& server = banyan::testkit::shared_postgres();
    return server.run(banyan::testkit::PostgresAddress::name_in(url_), sql);
  }
  Connection connect() const {
    auto opened = Connection::open({.url = url_}, "test");
    if (!opened) throw std::runtime_error(opened.error().message + " / " + opened.error().detail);
    return std::move(*opened);
  }

 private:
  std::string url_ = banyan::testkit::shared_postgres().make_database();
};

/// A store over a database, with all that it needs.
struct Opened {
  Opened(const TestDatabase& database, std::vector<Collection> collections)
      : options{.url = database.url()}, schema(testkit::schema(std::move(collections))) {}

  Result<void> open() {
    auto opened = Store::open(options, {*schema, clock, log, metrics});
    if (!opened) return fail(opened.error());
    store = std::move(*opened);
    return {};
  }
  /// Opens, makes what is missing, starts.
  void start() {
    auto opened = open();
    ASSERT_TRUE(opened) << opened.error().message << opened.error().detail;
    auto plan = store->plan();
    ASSERT_TRUE(plan) << plan.error().message << plan.error().detail;
    auto applied = store->apply_additive(*plan);
    ASSERT_TRUE(applied) << applied.error().message << applied.error().detail;
    ASSERT_TRUE(store->start());
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

  Write create(std::string_view name, std::vector<std::pair<std::string, Value>> values) const {
    Write write{.kind = Write::Kind::create, .collection = &at(name)};
    const std::size_t first = write.collection->id_kind == IdKind::integer ? 1 : 0;
    for (std::size_t i = first; i < write.collection->fields.size(); ++i) {
      FieldChange& change = write.changes.emplace_back(i, Null{});
      for (auto& [field, value] : values)
        if (field == write.collection->fields[i].name) change.value = value;
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

}  // namespace banyan::postgres::testkit
