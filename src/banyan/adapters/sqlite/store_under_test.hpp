#pragma once

#include <stdexcept>

#include "banyan/adapters/sqlite/test_support.hpp"
#include "tests/contracts/record_store_contract.hpp"

namespace banyan::sqlite {

/// The store on a file in a directory of its own.
class SqliteUnderTest final : public contracts::StoreUnderTest {
 public:
  SqliteUnderTest(const Schema& schema, const Clock& clock) : schema_(schema), clock_(clock) { open(); }

  RecordStore& store() override { return *store_; }
  void reopen() override {
    store_.reset();
    open();
  }

 private:
  void open() {
    auto opened = Store::open({.file = directory_.path() / "app.db"}, {schema_, clock_, log_, metrics_});
    if (!opened) throw std::runtime_error(opened.error().message);
    store_ = std::move(*opened);
    const auto plan = store_->plan();
    if (!plan) throw std::runtime_error(plan.error().message);
    for (const auto& done : {store_->apply_additive(*plan), store_->start()}) {
      if (!done) throw std::runtime_error(done.error().message + " / " + done.error().detail);
    }
  }

  const Schema& schema_;
  const Clock& clock_;
  testkit::TempDirectory directory_;
  NullLog log_;
  UnseenMetrics metrics_;
  std::unique_ptr<Store> store_;
};

/// How the store brings itself to the suites.
inline contracts::RecordStoreFactory factory() {
  return {
      .name = "Sqlite",
      .make = [](const Schema& schema, const Clock& clock) { return std::make_unique<SqliteUnderTest>(schema, clock); },
      .reopens = true};
}

}  // namespace banyan::sqlite
