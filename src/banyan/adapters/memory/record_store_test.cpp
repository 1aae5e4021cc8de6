#include "banyan/adapters/memory/record_store.hpp"

#include <gtest/gtest.h>

#include "tests/contracts/record_store_contract.hpp"

namespace banyan::memory {
namespace {

struct MemoryUnderTest final : contracts::StoreUnderTest {
  MemoryUnderTest(const Schema& schema, const Clock& clock) : records(schema, clock) {}
  banyan::RecordStore& store() override { return records; }
  RecordStore records;
};

contracts::RecordStoreFactory factory() {
  contracts::RecordStoreFactory made;
  made.name = "Memory";
  made.make = [](const Schema& schema, const Clock& clock) { return std::make_unique<MemoryUnderTest>(schema, clock); };
  return made;
}

}  // namespace

BANYAN_RECORD_STORE_CONTRACT(Adapters, factory());

}  // namespace banyan::memory
