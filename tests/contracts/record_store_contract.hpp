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

/// What a query can ask beyond fields of its own records.
class RecordStoreTrees : public RecordStoreContract {
 protected:
  /// From the collection to what its reference names.
  Relation to_one(std::string_view collection_name, std::string_view reference) const;
  /// To records of the collection, whose reference names the near one.
  Relation to_many(std::string_view target, std::string_view reference) const;
  /// Through records that name the near one and the target.
  Relation through(std::string_view between, std::string_view near, std::string_view far) const;

  /// A term that looks into users.settings.
  Term setting(std::vector<std::string> path, Term::Json json) const;
  Term function_of(std::string_view collection_name, std::string_view field_name, Term::Function function) const;

  /// What belongs to the records of a query, all of it, in the order of ids.
  Embed embed(const Relation& relation, Filter filter = {}, std::vector<OrderTerm> order = {}) const;
  RecordPage must_list(Query query);
  /// The ids of what belongs to each record of the page, by the embed at that place.
  static std::vector<std::vector<Value>> embedded_ids(const RecordPage& page, std::size_t embed = 0);

  struct Blog {
    Value eve, ann, bob;       ///< Users: Ann is Bob's boss and 40, Eve is Ann's; Bob is 30, Eve's age is null.
    Value hers, his, nobodys;  ///< Posts: of Ann, edited by Bob, rated 4.5; of Bob, rated 1.5; of nobody.
    Value red, blue;           ///< Tags: hers has both, his is blue.
  };
  Blog fill_blog();
  Filter older_than(std::int64_t age) const { return where("users", "age", CompareOp::gt, {integer(age)}); }
};

/// Writes that mean what they match, and conditions of writes.
class RecordStoreMatches : public RecordStoreContract {
 protected:
  Write change_of_matches(std::string_view collection_name, Filter filter, const Named& values);
  Write removal_of_matches(std::string_view collection_name, Filter filter);
  /// A creation that sets `on_conflict` in a record with the same values in the fields `conflict`.
  Write upsertion(std::string_view collection_name, const Named& values, const std::vector<std::string_view>& conflict,
                  const Named& on_conflict);
  Result<Applied> rehearse(std::vector<Write> writes);
};

/// The result is `forbidden` with the reason that rules give.
testing::AssertionResult is_denied(const Result<Applied>& result, const std::vector<std::string>& fields = {});

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
  using banyan::contracts::RecordStoreTrees;                                                              \
  using banyan::contracts::RecordStoreMatches;                                                            \
  [[maybe_unused]] const bool linked_contract_##prefix = banyan::contracts::link_record_store_contract(); \
  INSTANTIATE_TEST_SUITE_P(prefix, RecordStoreContract, testing::Values(__VA_ARGS__),                     \
                           [](const auto& contract) { return contract.param.name; });                     \
  INSTANTIATE_TEST_SUITE_P(prefix, RecordStoreTrees, testing::Values(__VA_ARGS__),                        \
                           [](const auto& contract) { return contract.param.name; });                     \
  INSTANTIATE_TEST_SUITE_P(prefix, RecordStoreMatches, testing::Values(__VA_ARGS__),                      \
                           [](const auto& contract) { return contract.param.name; })

#define BANYAN_DURABLE_STORE_CONTRACT(prefix, ...)                                                        \
  using banyan::contracts::DurableStoreContract;                                                          \
  [[maybe_unused]] const bool linked_durable_##prefix = banyan::contracts::link_durable_store_contract(); \
  INSTANTIATE_TEST_SUITE_P(prefix, DurableStoreContract, testing::Values(__VA_ARGS__),                    \
                           [](const auto& contract) { return contract.param.name; })
