#include "tests/contracts/record_store_contract.hpp"

#include "banyan/adapters/postgres/store_under_test.hpp"

namespace banyan::postgres {
namespace {

BANYAN_RECORD_STORE_CONTRACT(Store, factory());
BANYAN_DURABLE_STORE_CONTRACT(Store, factory());

}  // namespace
}  // namespace banyan::postgres
