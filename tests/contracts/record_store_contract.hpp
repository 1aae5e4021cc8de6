#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/base/clock.hpp"
#include "banyan/core/record_store.hpp"
#include "tests/contracts/blog.hpp"

namespace banyan::contracts {

/// A store with nothing in it, on a schema and a clock that outlive it; how an adapter brings itself to the suites.
class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;
  virtual RecordStore& store() = 0;
  /// Closes the store and opens it again on what it kept. Called only where `RecordStoreFactory::reopens`.
  virtual void reopen() {}
  /// The last integer id that the store has given; a model knows.
  virtual std::int64_t last_id(const Collection& /*collection*/) { return 0; }
  /// Has the store give the next id after that one. Of stores that let go of the ids of what came to nothing.
  virtual void set_last_id(const Collection& /*collection*/, std::int64_t /*last*/) {}
};

/// What an adapter says of itself.
struct RecordStoreFactory {
  std::string name;  ///< Letters and digits; becomes part of the tests' names.
  std::function<std::unique_ptr<StoreUnderTest>(const Schema&, const Clock&)> make;
  bool reopens = false;  ///< Whether it keeps its records when it is closed.
};

/// For a store that needs nothing but a schema and a clock.
template <typename Store>
RecordStoreFactory simple_factory(std::string name) {
  struct Holder final : StoreUnderTest {
    Holder(const Schema& schema, const Clock& clock) : held(schema, clock) {}
    RecordStore& store() override { return held; }
    std::int64_t last_id(const Collection& collection) override { return held.last_id(collection); }
    Store held;
  };
  RecordStoreFactory factory;
  factory.name = std::move(name);
  factory.make = [](const Schema& schema, const Clock& clock) { return std::make_unique<Holder>(schema, clock); };
  return factory;
}

/// Values by the names of their fields.
using Named = std::vector<std::pair<std::string_view, Value>>;

/// Values as they stand in tests; text() is in blog.hpp.
inline Value integer(std::int64_t value) { return value; }
/// A uuid that ends in the number.
Value uuid(std::uint64_t number);
/// A user of the example schema with a value of every type.
Named every_type();

/// Every promise of record_store.hpp and query.hpp, on the example schema with a clock that stands still.
///
/// An adapter's test program instantiates it: `BANYAN_RECORD_STORE_CONTRACT(Sqlite, sqlite_factory());`
class RecordStoreContract : public testing::TestWithParam<RecordStoreFactory> {
 public:
  RecordStoreContract();
  ~RecordStoreContract() override;

 protected:
  const Collection& collection(std::string_view name) const { return *schema_.find(name); }
  std::size_t field(std::string_view collection_name, std::string_view field_name) const {
    return collection(collection_name).find_field(field_name).value();
  }
  RecordKey key(std::string_view collection_name, Value id) const {
    return {&collection(collection_name), std::move(id)};
  }
  RecordStore& store() { return under_test_->store(); }

  /// A create of every field: what is not given is null, or made up where it is required.
  Write creation(std::string_view collection_name, const Named& values = {});
  Write change(std::string_view collection_name, Value id, const Named& values,
               std::optional<Version> expected = std::nullopt);
  Write removal(std::string_view collection_name, Value id, std::optional<Version> expected = std::nullopt);

  Result<Applied> apply(std::vector<Write> writes);
  Result<Applied> apply(Write write) { return apply(std::vector<Write>{std::move(write)}); }
  /// What must succeed; throws where it does not, which fails the test.
  Applied must_apply(std::vector<Write> writes);
  Changed must_apply(Write write);
  /// The id of a new record.
  Value make(std::string_view collection_name, const Named& values = {});

  Result<Record> find(std::string_view collection_name, const Value& id);
  Record must_find(std::string_view collection_name, const Value& id);
  Value value_of(std::string_view collection_name, const Value& id, std::string_view field_name);
  bool exists(std::string_view collection_name, const Value& id);

  Result<RecordPage> list(Query query);
  Query query(std::string_view collection_name, Filter filter = {}, std::vector<OrderTerm> order = {}) const;
  /// The ids of the page, which must succeed.
  std::vector<Value> ids(Query query);
  Filter where(std::string_view collection_name, std::string_view field_name, CompareOp op,
               std::vector<Value> operands = {}) const;
  /// Everything that the store holds, by collection.
  std::vector<std::vector<Record>> everything();

  Schema schema_;
  ManualClock clock_;
  InlineExecutor executor_;
  Context context_;

  std::unique_ptr<StoreUnderTest> under_test_;

 private:
  std::uint64_t made_up_ = 0;
};

/// What is promised beyond that of stores that keep their records when they are closed. Only their adapters'
/// test programs instantiate it: `BANYAN_DURABLE_STORE_CONTRACT(Sqlite, sqlite_factory());`
class DurableStoreContract : public RecordStoreContract {
 protected:
  void reopen() { under_test_->reopen(); }
};

/// The names of the fields that an error is about.
std::vector<std::string> problem_fields(const Error& error);
/// `error` has that code and names those fields.
testing::AssertionResult fails_with(const Result<Applied>& result, ErrorCode code,
                                    const std::vector<std::string>& fields = {});

/// Refers to every file of the suite, so that linkers keep them.
bool link_record_store_contract();
bool link_durable_store_contract();

}  // namespace banyan::contracts

#define BANYAN_RECORD_STORE_CONTRACT(prefix, ...)                                                         \
  using banyan::contracts::RecordStoreContract;                                                           \
  [[maybe_unused]] const bool linked_contract_##prefix = banyan::contracts::link_record_store_contract(); \
  INSTANTIATE_TEST_SUITE_P(prefix, RecordStoreContract, testing::Values(__VA_ARGS__),                     \
                           [](const auto& contract) { return contract.param.name; })

#define BANYAN_DURABLE_STORE_CONTRACT(prefix, ...)                                                        \
  using banyan::contracts::DurableStoreContract;                                                          \
  [[maybe_unused]] const bool linked_durable_##prefix = banyan::contracts::link_durable_store_contract(); \
  INSTANTIATE_TEST_SUITE_P(prefix, DurableStoreContract, testing::Values(__VA_ARGS__),                    \
                           [](const auto& contract) { return contract.param.name; })
