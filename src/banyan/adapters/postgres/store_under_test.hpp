#pragma once

#include <stdexcept>

#include "banyan/adapters/postgres/connection.hpp"
#include "banyan/adapters/postgres/store.hpp"
#include "tests/contracts/record_store_contract.hpp"
#include "tests/servers/shared_postgres.hpp"

namespace banyan::postgres {

/// The store on a fresh database of a real server.
class PostgresUnderTest final : public contracts::StoreUnderTest {
 public:
  PostgresUnderTest(const Schema& schema, const Clock& clock) : schema_(schema), clock_(clock) { open(); }

  RecordStore& store() override { return *store_; }
  void reopen() override {
    store_.reset();
    open();
  }

  void set_last_id(const Collection& collection, std::int64_t last) override {
    const auto done = connection_.query("SELECT setval(pg_get_serial_sequence($1, 'id'), $2, false)",
                                        std::vector<Value>{Value(collection.name), Value(last + 1)});
    if (!done) throw std::runtime_error(done.error().message + " / " + done.error().detail);
  }

 private:
  void open() {
    auto opened = Store::open({.url = url_}, {schema_, clock_, log_, metrics_});
    if (!opened) throw std::runtime_error(opened.error().message + " / " + opened.error().detail);
    store_ = std::move(*opened);
    store_->on_foreign_change([](const ForeignChange&) {});  // so that every write is told of
    const auto plan = store_->plan();
    if (!plan) throw std::runtime_error(plan.error().message + " / " + plan.error().detail);
    for (const auto& done : {store_->apply_additive(*plan), store_->start()}) {
      if (!done) throw std::runtime_error(done.error().message + " / " + done.error().detail);
    }
  }

  const Schema& schema_;
  const Clock& clock_;
  std::string url_ = testkit::shared_postgres().make_database();
  Connection connection_ = std::move(Connection::open({.url = url_}, "test").value());
  NullLog log_;
  UnseenMetrics metrics_;
  std::unique_ptr<Store> store_;
};

/// How the store brings itself to the suites.
inline contracts::RecordStoreFactory factory() {
  return {.name = "Postgres",
          .make = [](const Schema& schema,
                     const Clock& clock) { return std::make_unique<PostgresUnderTest>(schema, clock); },
          .reopens = true};
}

}  // namespace banyan::postgres
