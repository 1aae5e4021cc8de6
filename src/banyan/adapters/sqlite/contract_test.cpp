#include "tests/contracts/record_store_contract.hpp"

#include "banyan/adapters/sqlite/store_under_test.hpp"

namespace banyan::sqlite {
namespace {

BANYAN_RECORD_STORE_CONTRACT(Store, factory());
BANYAN_DURABLE_STORE_CONTRACT(Store, factory());

}  // namespace
}  // namespace banyan::sqlite
