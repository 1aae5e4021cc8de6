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
#include "tests/contracts/blog.hpp"
#include "tests/servers/shared_postgres.hpp"

/// What the tests of this folder's schema side share.
namespace banyan::postgres::schema_testing {

using contracts::collection;
using contracts::field;
using contracts::number;
using contracts::reference;
using contracts::required;
using contracts::schema;
using contracts::text;
using contracts::unique;

inline std::vector<std::string> words(const SchemaPlan& plan, SchemaDifference::Kind kind) {
  std::vector<std::string> all;
  for (const auto& difference : plan.differences)
    if (difference.kind == kind) all.push_back(difference.what);
  return all;
}

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
      : options{.url = database.url()}, schema(contracts::schema(std::move(collections))) {}

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
    return block_on(store->find(context, key, Source::primary));
  }

  Write create(std::string_view name, const contracts::NamedValues& values) const {
    return contracts::create(at(name), values);
  }
  Write update(std::string_view name, Value id, const contracts::NamedValues& values) const {
    return contracts::update(at(name), std::move(id), values);
  }
  Write remove(std::string_view name, Value id) const { return contracts::remove(at(name), std::move(id)); }

  Options options;
  std::unique_ptr<Schema> schema;
  SystemClock clock;
  NullLog log;
  UnseenMetrics metrics;
  InlineExecutor executor;
  std::unique_ptr<Store> store;
};

}  // namespace banyan::postgres::schema_testing
