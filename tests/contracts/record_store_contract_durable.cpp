#include <limits>

#include "tests/contracts/record_store_contract.hpp"

// What is still true when a store was closed and opened again.
namespace banyan::contracts {

bool link_durable_store_contract() { return true; }

namespace {

const Named ann{{"email", text("ann@example.org")}};

TEST_P(DurableStoreContract, everything_is_there_after_closing_and_opening_again) {
  make("users", every_type());
  make("users", {{"age", integer(std::numeric_limits<std::int64_t>::min())},
                 {"score", std::numeric_limits<double>::denorm_min()}});
  make("tags", {{"id", uuid(3)}, {"label", text("\xF0\x9F\x8C\xB3")}});
  const auto before = everything();
  reopen();
  EXPECT_EQ(everything(), before);
}

TEST_P(DurableStoreContract, a_refused_batch_is_still_undone_after_closing_and_opening_again) {
  make("users", ann);
  EXPECT_FALSE(apply({creation("users"), creation("users", ann)}).has_value());
  const auto before = everything();
  reopen();
  EXPECT_EQ(everything(), before);
}

TEST_P(DurableStoreContract, ids_are_not_used_again_after_closing_and_opening_again) {
  const Value newest = make("users");
  must_apply(removal("users", newest));
  reopen();
  EXPECT_GT(std::get<std::int64_t>(make("users")), std::get<std::int64_t>(newest));
}

TEST_P(DurableStoreContract, versions_grow_after_closing_and_opening_again_with_an_earlier_clock) {
  const Changed created = must_apply(creation("users"));
  reopen();
  clock_.set_wall(clock_.wall() - 1'000'000);
  EXPECT_EQ(must_apply(change("users", created.key.id, {{"age", integer(1)}})).version, created.version + 1);
}

}  // namespace
}  // namespace banyan::contracts
