#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "banyan/adapters/postgres/connection.hpp"
#include "banyan/adapters/postgres/store.hpp"
#include "tests/contracts/blog.hpp"
#include "tests/servers/shared_postgres.hpp"

namespace banyan::postgres {

/// A store on a fresh database of the shared server, and another program beside it.
class StoreTest : public testing::Test {
 protected:
  explicit StoreTest(std::unique_ptr<Schema> schema = contracts::blog())
      : schema_(std::move(schema)), url_(testkit::shared_postgres().make_database()), options_{.url = url_} {}

  void start() {
    auto opened = Store::open(options_, {*schema_, clock_, log_, metrics_});
    ASSERT_TRUE(opened) << opened.error().message << opened.error().detail;
    store_ = std::move(*opened);
    if (hears_) store_->on_foreign_change(hears_);
    const auto plan = store_->plan();
    ASSERT_TRUE(plan) << plan.error().message << plan.error().detail;
    ASSERT_FALSE(plan->has(SchemaDifference::Kind::blocking)) << plan->differences.back().what;
    for (const auto& done : {store_->apply_additive(*plan), store_->start()})
      ASSERT_TRUE(done) << done.error().message << done.error().detail;
  }

  /// What another program does, on a connection of its own that stays open.
  Connection other_program() { return std::move(Connection::open({.url = url_}, "other").value()); }
  std::string run(const std::string& sql) {
    return testkit::shared_postgres().run(testkit::PostgresAddress::name_in(url_), sql);
  }

  const Collection& at(std::string_view name) const { return *schema_->find(name); }
  Result<Applied> apply(std::vector<Write> writes, std::chrono::milliseconds patience = std::chrono::seconds(30)) {
    Context context{executor_, clock_, clock_.steady() + patience};
    return block_on(store_->apply(context, WriteBatch{std::move(writes)}));
  }
  Result<Record> find(std::string_view name, Value id, std::chrono::milliseconds patience = std::chrono::seconds(30)) {
    Context context{executor_, clock_, clock_.steady() + patience};
    const RecordKey key(&at(name), std::move(id));
    return block_on(store_->find(context, key, Source::primary));
  }
  Result<RecordPage> list(Query query, std::chrono::milliseconds patience = std::chrono::seconds(30)) {
    Context context{executor_, clock_, clock_.steady() + patience};
    return block_on(store_->list(context, std::move(query)));
  }
  Write user(std::string name) const { return contracts::create(at("users"), {{"name", Value(std::move(name))}}); }

  std::unique_ptr<Schema> schema_;
  std::string url_;
  Options options_;
  SystemClock clock_;
  NullLog log_;
  UnseenMetrics metrics_;
  InlineExecutor executor_;
  std::function<void(const ForeignChange&)> hears_;
  std::unique_ptr<Store> store_;
};

}  // namespace banyan::postgres
