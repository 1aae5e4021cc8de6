#include "tests/contracts/cache_contract.hpp"

#include <limits>
#include <set>
#include <string>
#include <utility>

#include "banyan/base/random.hpp"

namespace banyan::contracts {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::string cache_adapter_name(const testing::TestParamInfo<CacheAdapter>& info) { return info.param.name; }

void PrintTo(const CacheAdapter& adapter, std::ostream* out) { *out << adapter.name; }

CachedRecordPtr record_at(Version version, std::size_t body_bytes) {
  auto record = std::make_shared<CachedRecord>();
  record->version = version;
  if (version == 0) return record;
  record->body = "{\"version\":" + std::to_string(version) + "}";
  if (record->body.size() < body_bytes) record->body.resize(body_bytes, ' ');
  record->field_ends.push_back(static_cast<std::uint32_t>(record->body.size()));
  return record;
}

void CacheContract::use(const CacheWishes& wishes) { rig_ = GetParam().make(wishes); }

CacheRig& CacheContract::rig() {
  if (!rig_) use(CacheWishes());
  return *rig_;
}

Cache& CacheContract::cache() { return rig().cache(); }

CachedRecordPtr CacheContract::get(std::string_view key) { return block_on(cache().get(rig().context(), key)); }

Cache::Ticket CacheContract::take_ticket(std::string_view key) {
  return block_on(cache().take_ticket(rig().context(), key));
}

void CacheContract::fill(std::string_view key, FillTicket ticket, CachedRecordPtr value) {
  block_on(cache().fill(rig().context(), key, ticket, std::move(value)));
}

void CacheContract::raise(std::string_view key, Version version, CachedRecordPtr value) {
  const Cache::Raise one{.key = key, .version = version, .value = std::move(value)};
  ASSERT_TRUE(block_on(cache().raise(rig().context(), std::span(&one, 1), std::nullopt)));
}

void CacheContract::put(std::string_view key, CachedRecordPtr value) {
  const Cache::Ticket ticket = take_ticket(key);
  fill(key, ticket.ticket, std::move(value));
}

std::optional<Version> CacheContract::kept(std::string_view key) {
  const CachedRecordPtr hit = get(key);
  return hit ? std::optional(hit->version) : std::nullopt;
}

namespace {

const std::string key = "users:1";
constexpr Version unknown_outcome = std::numeric_limits<Version>::max();

TEST_P(CacheContract, an_empty_cache_hits_nothing_and_grants_a_ticket) {
  EXPECT_EQ(get(key), nullptr);
  const Cache::Ticket ticket = take_ticket(key);
  EXPECT_EQ(ticket.hit, nullptr);
  EXPECT_NE(ticket.ticket, 0U);
}

TEST_P(CacheContract, what_was_filled_is_hit_whole) {
  auto value = std::make_shared<CachedRecord>();
  value->version = 7;
  value->body = R"({"id":1,"name":"Alice"})";
  value->field_ends = {7, 22};
  put(key, value);
  const CachedRecordPtr hit = get(key);
  ASSERT_NE(hit, nullptr);
  EXPECT_EQ(hit->version, 7U);
  EXPECT_EQ(hit->body, R"({"id":1,"name":"Alice"})");
  EXPECT_EQ(hit->field_ends, (std::vector<std::uint32_t>{7, 22}));
  EXPECT_EQ(get("users:2"), nullptr);
}

TEST_P(CacheContract, who_asks_for_a_ticket_where_a_value_is_kept_gets_the_value) {
  put(key, record_at(7));
  const Cache::Ticket ticket = take_ticket(key);
  ASSERT_NE(ticket.hit, nullptr);
  EXPECT_EQ(ticket.hit->version, 7U);
}

TEST_P(CacheContract, a_held_ticket_is_refused_to_others_until_it_lapses) {
  const Cache::Ticket first = take_ticket(key);
  EXPECT_EQ(take_ticket(key).ticket, 0U);
  rig().pass_time(CacheWishes().ticket_lifetime + milliseconds(1));
  const Cache::Ticket second = take_ticket(key);
  EXPECT_NE(second.ticket, 0U);
  EXPECT_NE(second.ticket, first.ticket);
}

TEST_P(CacheContract, tickets_are_never_given_twice) {
  std::set<FillTicket> seen;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 50; ++i) {
      const FillTicket ticket = take_ticket("users:" + std::to_string(i)).ticket;
      EXPECT_NE(ticket, 0U);
      EXPECT_TRUE(seen.insert(ticket).second);
    }
    EXPECT_TRUE(block_on(cache().clear(rig().context())));
  }
}

TEST_P(CacheContract, a_fill_whose_ticket_lapsed_is_dropped) {
  const Cache::Ticket ticket = take_ticket(key);
  rig().pass_time(CacheWishes().ticket_lifetime + milliseconds(1));
  fill(key, ticket.ticket, record_at(7));
  EXPECT_EQ(kept(key), std::nullopt);
}

TEST_P(CacheContract, a_fill_whose_ticket_was_forgotten_is_dropped) {
  const Cache::Ticket ticket = take_ticket(key);
  EXPECT_TRUE(block_on(cache().clear(rig().context())));
  fill(key, ticket.ticket, record_at(7));
  EXPECT_EQ(kept(key), std::nullopt);
}

TEST_P(CacheContract, a_ticket_fills_once) {
  const Cache::Ticket ticket = take_ticket(key);
  fill(key, ticket.ticket, record_at(7));
  EXPECT_TRUE(block_on(cache().clear(rig().context())));
  fill(key, ticket.ticket, record_at(7));
  EXPECT_EQ(kept(key), std::nullopt);
}

TEST_P(CacheContract, a_ticket_of_one_key_does_not_fill_another) {
  const Cache::Ticket ticket = take_ticket(key);
  fill("users:2", ticket.ticket, record_at(7));
  EXPECT_EQ(kept("users:2"), std::nullopt);
}

TEST_P(CacheContract, a_fill_without_a_ticket_is_dropped) {
  fill(key, 0, record_at(7));
  EXPECT_EQ(kept(key), std::nullopt);
}

TEST_P(CacheContract, a_fill_that_began_before_a_write_is_refused) {
  const Cache::Ticket ticket = take_ticket(key);
  raise(key, 8, record_at(8));
  fill(key, ticket.ticket, record_at(7));
  EXPECT_EQ(kept(key), std::nullopt);
}

TEST_P(CacheContract, a_fill_that_saw_the_write_is_kept) {
  const Cache::Ticket ticket = take_ticket(key);
  raise(key, 8, record_at(8));
  fill(key, ticket.ticket, record_at(8));
  EXPECT_EQ(kept(key), 8U);
}

TEST_P(CacheContract, the_highest_of_several_raises_counts) {
  const Cache::Ticket ticket = take_ticket(key);
  raise(key, 9, nullptr);
  raise(key, 8, record_at(8));
  fill(key, ticket.ticket, record_at(8));
  EXPECT_EQ(kept(key), std::nullopt);
}

TEST_P(CacheContract, a_raise_never_stores_into_an_empty_slot) {
  raise(key, 8, record_at(8));
  EXPECT_EQ(kept(key), std::nullopt);
}

TEST_P(CacheContract, a_raise_never_stores_into_a_ticket) {
  (void)take_ticket(key);
  raise(key, 8, record_at(8));
  EXPECT_EQ(kept(key), std::nullopt);
}

TEST_P(CacheContract, a_raise_replaces_an_older_value) {
  put(key, record_at(7));
  raise(key, 8, record_at(8));
  EXPECT_EQ(kept(key), 8U);
}

TEST_P(CacheContract, a_late_raise_leaves_a_newer_value) {
  put(key, record_at(9));
  raise(key, 8, record_at(8));
  EXPECT_EQ(kept(key), 9U);
}

TEST_P(CacheContract, a_raise_without_a_body_removes_what_is_older_and_not_what_is_as_new) {
  put(key, record_at(7));
  raise(key, 7, nullptr);
  EXPECT_EQ(kept(key), 7U);
  raise(key, 8, nullptr);
  EXPECT_EQ(kept(key), std::nullopt);
}

TEST_P(CacheContract, a_raise_of_an_unknown_outcome_removes_the_value_and_voids_the_ticket) {
  put(key, record_at(7));
  raise(key, unknown_outcome, nullptr);
  EXPECT_EQ(kept(key), std::nullopt);
  const Cache::Ticket ticket = take_ticket(key);
  raise(key, unknown_outcome, nullptr);
  fill(key, ticket.ticket, record_at(8));
  EXPECT_EQ(kept(key), std::nullopt);
}

TEST_P(CacheContract, absence_is_kept_and_shorter_than_values) {
  put(key, record_at(0));
  EXPECT_EQ(kept(key), 0U);
  rig().pass_time(CacheWishes().negative_ttl + milliseconds(1));
  EXPECT_EQ(kept(key), std::nullopt);
}

TEST_P(CacheContract, a_raise_removes_absence_and_puts_nothing_in_its_place) {
  put(key, record_at(0));
  raise(key, 8, record_at(8));
  EXPECT_EQ(kept(key), std::nullopt);
}

TEST_P(CacheContract, absence_read_before_a_write_is_refused) {
  const Cache::Ticket ticket = take_ticket(key);
  raise(key, 8, record_at(8));
  fill(key, ticket.ticket, record_at(0));
  EXPECT_EQ(kept(key), std::nullopt);
}

TEST_P(CacheContract, absence_without_its_ticket_removes_what_it_cannot_be_compared_with) {
  put(key, record_at(7));
  fill(key, 0, record_at(0));
  EXPECT_EQ(kept(key), std::nullopt);
  const Cache::Ticket ticket = take_ticket(key);
  fill(key, 0, record_at(0));
  fill(key, ticket.ticket, record_at(7));
  EXPECT_EQ(kept(key), std::nullopt);
}

TEST_P(CacheContract, a_fill_that_lost_its_ticket_still_counts_as_a_raise) {
  put(key, record_at(7));
  fill(key, 0, record_at(8));
  EXPECT_EQ(kept(key), 8U);
  EXPECT_TRUE(block_on(cache().clear(rig().context())));
  const Cache::Ticket ticket = take_ticket(key);
  fill(key, 0, record_at(9));
  fill(key, ticket.ticket, record_at(8));
  EXPECT_EQ(kept(key), std::nullopt);
}

TEST_P(CacheContract, a_value_ends_with_its_lifetime) {
  put(key, record_at(7));
  rig().pass_time(CacheWishes().ttl + milliseconds(1));
  EXPECT_EQ(kept(key), std::nullopt);
  EXPECT_NE(take_ticket(key).ticket, 0U);
}

TEST_P(CacheContract, clear_forgets_everything) {
  put(key, record_at(7));
  put("users:2", record_at(0));
  EXPECT_TRUE(block_on(cache().clear(rig().context())));
  EXPECT_EQ(kept(key), std::nullopt);
  EXPECT_EQ(kept("users:2"), std::nullopt);
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(BoundedCacheContract);

TEST_P(BoundedCacheContract, the_bound_on_bytes_holds_under_any_load) {
  const CacheWishes wishes{.bytes_max = 1UL << 20};
  use(wishes);
  SeededRandom random(7);
  for (int i = 0; i < 20'000; ++i) {
    const std::string name = "users:" + std::to_string(random.below(8'000));
    const CachedRecordPtr value =
        record_at(1 + random.below(50), random.below(100) == 0 ? 20'000 : random.below(2'000));
    const Cache::Ticket ticket = take_ticket(name);
    if (random.below(10) != 0) fill(name, ticket.ticket, value);
    if (random.below(5) == 0) raise(name, value->version + 1, record_at(value->version + 1, random.below(4'000)));
    ASSERT_LE(rig().bytes(), wishes.bytes_max);
  }
  EXPECT_GT(rig().bytes(), wishes.bytes_max / 2);
}

TEST_P(CacheContract, no_hit_is_older_than_an_acknowledged_write_whatever_the_order) {
  for (std::uint64_t seed = 1; seed <= GetParam().games; ++seed) {
    use(CacheWishes());
    const auto broken = find_stale_hit(cache(), rig().context(), seed, 2'000);
    ASSERT_EQ(broken, std::nullopt) << *broken << " (seed " << seed << ")";
  }
}

}  // namespace
}  // namespace banyan::contracts
