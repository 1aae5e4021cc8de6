#include "banyan/adapters/memory/cache.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <ranges>
#include <thread>
#include <vector>

#include "banyan/core/through_cache.hpp"
#include "tests/contracts/cache_contract.hpp"

namespace banyan::memory {
namespace {

using contracts::CacheWishes;
using contracts::record_at;

struct Bench {
  ManualClock clock;
  SeededRandom random{1};
  UnseenMetrics metrics;
  InlineExecutor executor;
  Context context{executor, clock, SteadyTime::max()};
  Cache cache;

  explicit Bench(const Cache::Options& options) : cache(options, Cache::Parts{clock, random, metrics}) {}

  void put(std::string_view key, const CachedRecordPtr& value) {
    const Cache::Ticket ticket = block_on(cache.take_ticket(context, key));
    block_on(cache.fill(context, key, ticket.ticket, value));
  }
  void raise(std::string_view key, Version version, CachedRecordPtr value) {
    const Cache::Raise one{.key = key, .version = version, .value = std::move(value)};
    ASSERT_TRUE(block_on(cache.raise(context, std::span(&one, 1), std::nullopt)));
  }
  bool hits(std::string_view key) { return block_on(cache.get(context, key)) != nullptr; }
};

class Rig final : public contracts::CacheRig {
 public:
  explicit Rig(const CacheWishes& wishes)
      : bench_({.bytes_max = wishes.bytes_max,
                .shards = 16,
                .ttl = wishes.ttl,
                .negative_ttl = wishes.negative_ttl,
                .ticket_lifetime = wishes.ticket_lifetime}) {}
  banyan::Cache& cache() override { return bench_.cache; }
  const Context& context() override { return bench_.context; }
  void pass_time(Duration by) override { bench_.clock.advance(by); }
  std::size_t bytes() override { return bench_.cache.stats().bytes; }

 private:
  Bench bench_;
};

const contracts::CacheAdapter adapter{"cache", [](const CacheWishes& wishes) { return std::make_unique<Rig>(wishes); }};

/// Those that follow hold to every rule but one.
using BrokenCache = ThroughCache;

class FillIgnoresFloor final : public BrokenCache {
 public:
  using BrokenCache::BrokenCache;
  Task<void> fill(const Context& context, std::string_view key, FillTicket ticket, CachedRecordPtr value) override {
    block_on(behind_.fill(context, key, ticket, value));
    const Ticket again = block_on(behind_.take_ticket(context, key));
    if (!again.hit) block_on(behind_.fill(context, key, again.ticket, std::move(value)));
    return {};
  }
};

class RaiseStoresAnywhere final : public BrokenCache {
 public:
  using BrokenCache::BrokenCache;
  Task<Result<void>> raise(const Context& context, std::span<const Raise> keys,
                           const std::optional<CacheUse>& use) override {
    const Result<void> raised = block_on(behind_.raise(context, keys, use));
    for (const auto& [key, version, value] : keys) {
      if (!value || block_on(behind_.get(context, key))) continue;
      const Ticket ticket = block_on(behind_.take_ticket(context, key));
      block_on(behind_.fill(context, key, ticket.ticket, value));
    }
    return raised;
  }
};

class RaiseReplacesAbsence final : public BrokenCache {
 public:
  using BrokenCache::BrokenCache;
  Task<Result<void>> raise(const Context& context, std::span<const Raise> keys,
                           const std::optional<CacheUse>& use) override {
    const auto& [key, version, value] = keys.front();  // the games raise one at a time
    const CachedRecordPtr before = block_on(behind_.get(context, key));
    const Result<void> raised = block_on(behind_.raise(context, keys, use));
    if (!value || !before || !before->absent()) return raised;
    const Ticket ticket = block_on(behind_.take_ticket(context, key));
    block_on(behind_.fill(context, key, ticket.ticket, value));
    return raised;
  }
};

template <typename Broken>
int games_lost() {
  int lost = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Rig rig{CacheWishes()};
    Broken broken(rig.cache());
    if (contracts::find_stale_hit(broken, rig.context(), seed, 2'000)) ++lost;
  }
  return lost;
}

TEST(CacheHistories, catch_a_fill_that_ignores_the_floor) { EXPECT_GT(games_lost<FillIgnoresFloor>(), 10); }
TEST(CacheHistories, catch_a_raise_that_stores_into_an_empty_slot) { EXPECT_GT(games_lost<RaiseStoresAnywhere>(), 10); }
TEST(CacheHistories, catch_a_raise_that_replaces_absence) { EXPECT_GT(games_lost<RaiseReplacesAbsence>(), 10); }

TEST(Cache, a_value_larger_than_its_shard_is_not_kept) {
  Bench bench({.bytes_max = 16UL * 4096, .shards = 16});
  bench.put("users:1", record_at(1, 8'000));
  EXPECT_FALSE(bench.hits("users:1"));
  bench.put("users:1", record_at(1, 100));
  EXPECT_TRUE(bench.hits("users:1"));
  bench.raise("users:1", 2, record_at(2, 8'000));
  EXPECT_FALSE(bench.hits("users:1"));
}

TEST(Cache, tickets_that_nobody_uses_are_bounded_in_number_and_bytes) {
  Bench bench({.bytes_max = 1UL << 20, .shards = 16, .tickets_max = 1'600});
  int granted = 0;
  for (int i = 0; i < 10'000; ++i)
    if (block_on(bench.cache.take_ticket(bench.context, "users:" + std::to_string(i))).ticket != 0) ++granted;
  EXPECT_LE(granted, 1'600);
  EXPECT_GT(granted, 1'500);
  EXPECT_LE(bench.cache.stats().bytes, 1UL << 20);
  bench.clock.advance(std::chrono::seconds(4));
  EXPECT_NE(block_on(bench.cache.take_ticket(bench.context, "users:again")).ticket, 0U);
}

TEST(Cache, tickets_alone_never_pass_the_bound_on_bytes) {
  Bench bench({.bytes_max = 16UL * 4096, .shards = 16});
  for (int i = 0; i < 10'000; ++i) (void)block_on(bench.cache.take_ticket(bench.context, "users:" + std::to_string(i)));
  EXPECT_LE(bench.cache.stats().bytes, 16UL * 4096);
}

TEST(Cache, lifetimes_differ_by_the_jitter_and_never_pass_the_ttl) {
  Bench bench({.ttl = std::chrono::seconds(100), .ttl_jitter = 0.2});
  const auto count = [&] {
    return std::ranges::count_if(std::views::iota(0, 1'000),
                                 [&](int i) { return bench.hits("users:" + std::to_string(i)); });
  };
  for (int i = 0; i < 1'000; ++i) bench.put("users:" + std::to_string(i), record_at(1));
  bench.clock.advance(std::chrono::milliseconds(79'900));
  EXPECT_EQ(count(), 1'000);
  bench.clock.advance(std::chrono::milliseconds(10'100));
  EXPECT_NEAR(static_cast<double>(count()), 500, 100);
  bench.clock.advance(std::chrono::seconds(10));
  EXPECT_EQ(count(), 0);
}

TEST(Cache, a_scan_does_not_wash_out_what_is_read_often) {
  Bench bench({.bytes_max = 1UL << 20, .shards = 16});
  for (int i = 0; i < 200; ++i) bench.put("hot:" + std::to_string(i), record_at(1));
  for (int scanned = 0; scanned < 50'000; ++scanned) {
    bench.put("cold:" + std::to_string(scanned), record_at(1));
    (void)bench.hits("hot:" + std::to_string(scanned % 200));
  }
  int kept = 0;
  for (int i = 0; i < 200; ++i)
    if (bench.hits("hot:" + std::to_string(i))) ++kept;
  EXPECT_GE(kept, 195);
}

TEST(Cache, what_comes_back_soon_after_its_eviction_is_kept_longer) {
  Bench bench({.bytes_max = 64UL << 10, .shards = 1});
  const auto push_out = [&](const char* prefix, int count) {
    for (int i = 0; i < count; ++i) bench.put(prefix + std::to_string(i), record_at(1));
  };
  bench.put("users:1", record_at(1));
  push_out("a", 400);
  ASSERT_FALSE(bench.hits("users:1"));
  bench.put("users:1", record_at(1));  // its ghost remembers it: straight into the main queue
  push_out("b", 100);
  EXPECT_TRUE(bench.hits("users:1"));
}

TEST(Cache, its_figures_count_what_happened) {
  Bench bench({});
  (void)bench.hits("users:1");
  bench.put("users:1", record_at(1));
  bench.put("users:2", record_at(0));
  (void)bench.hits("users:1");
  (void)bench.hits("users:2");
  const FillTicket ticket = block_on(bench.cache.take_ticket(bench.context, "users:3")).ticket;
  (void)block_on(bench.cache.take_ticket(bench.context, "users:3"));
  bench.raise("users:3", 9, nullptr);
  block_on(bench.cache.fill(bench.context, "users:3", ticket, record_at(8)));
  const CacheStats stats = bench.cache.stats();
  EXPECT_EQ(stats.misses, 1U);
  EXPECT_EQ(stats.hits, 1U);
  EXPECT_EQ(stats.negative_hits, 1U);
  EXPECT_EQ(stats.fills, 2U);
  EXPECT_EQ(stats.refused_fills, 1U);
  EXPECT_EQ(stats.refused_tickets, 1U);
  EXPECT_EQ(stats.raises, 1U);
  EXPECT_EQ(stats.entries, 2U);
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define BANYAN_FOREIGN_ALLOCATOR 1
#endif
#endif

TEST(Cache, the_bytes_it_counts_are_the_bytes_it_takes) {
#ifdef BANYAN_FOREIGN_ALLOCATOR
  GTEST_SKIP() << "the sanitizer's allocator is not the one that is counted";
#endif
  Bench bench({.bytes_max = 8UL << 20, .shards = 16});
  const std::size_t before = mallinfo2().uordblks;
  for (int i = 0; i < 100'000; ++i) {
    auto record = std::make_shared<CachedRecord>(*record_at(1, static_cast<std::size_t>(i % 500)));
    if (i % 2 == 0)
      record->rule_values = {std::int64_t{7}, "admin", std::string(static_cast<std::size_t>(i % 300), 'x')};
    bench.put("a-name-too-long-to-be-inline:" + std::to_string(i), record);
  }
  const auto taken = static_cast<double>(mallinfo2().uordblks - before);
  EXPECT_NEAR(static_cast<double>(bench.cache.stats().bytes) / taken, 1.0, 0.05);
}

TEST(Cache, threads_may_do_everything_at_once) {
  Bench bench({.bytes_max = 1UL << 18, .shards = 16});
  std::vector<std::jthread> threads;
  for (std::uint64_t t = 0; t < 4; ++t)
    threads.emplace_back([&bench, t] {
      SeededRandom random(t);
      for (int i = 0; i < 20'000; ++i) {
        const std::string key = "users:" + std::to_string(random.below(300));
        const CachedRecordPtr value = record_at(1 + random.below(1'000), random.below(1'000));
        switch (random.below(8)) {
          case 0: bench.raise(key, value->version, value); break;
          case 1: bench.raise(key, value->version, nullptr); break;
          case 2:
            if (random.below(500) == 0) (void)block_on(bench.cache.clear(bench.context));
            break;
          case 3:
          case 4: bench.put(key, value); break;
          default: (void)block_on(bench.cache.get(bench.context, key));
        }
      }
    });
  threads.clear();
  EXPECT_LE(bench.cache.stats().bytes, 1UL << 18);
}

TEST(NoCache, keeps_nothing_and_grants_nothing) {
  ManualClock clock;
  SeededRandom random(1);
  UnseenMetrics metrics;
  InlineExecutor executor;
  const Context context{executor, clock, SteadyTime::max()};
  const auto cache = make_cache({.bytes_max = 0}, Cache::Parts{clock, random, metrics});
  const Cache::Ticket ticket = block_on(cache->take_ticket(context, "users:1"));
  EXPECT_EQ(ticket.ticket, 0U);
  block_on(cache->fill(context, "users:1", ticket.ticket, record_at(1)));
  EXPECT_EQ(block_on(cache->get(context, "users:1")), nullptr);
}

}  // namespace
}  // namespace banyan::memory

namespace banyan::contracts {
INSTANTIATE_TEST_SUITE_P(Memory, CacheContract, testing::Values(memory::adapter), cache_adapter_name);
INSTANTIATE_TEST_SUITE_P(Memory, BoundedCacheContract, testing::Values(memory::adapter), cache_adapter_name);
}  // namespace banyan::contracts
