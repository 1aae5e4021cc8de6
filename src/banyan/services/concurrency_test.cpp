#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <latch>
#include <memory>
#include <thread>
#include <vector>

#include "banyan/adapters/memory/staged_record_store.hpp"

#include "banyan/adapters/memory/cache.hpp"
#include "banyan/adapters/memory/gate.hpp"
#include "banyan/adapters/memory/record_store.hpp"
#include "banyan/services/records.hpp"
#include "banyan/services/testing_rig.hpp"

namespace banyan::services {
namespace {

constexpr std::int64_t one = 1;

/// Goes to the end of the executor's queue.
struct Turn {
  Executor& executor;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) const { executor.post(waiting); }
  void await_resume() const noexcept {}
};

Schema make_schema() {
  Collection users = testing::open_collection("users");
  users.fields.push_back(testing::field("name"));
  return testing::completed({users});
}

class ConcurrencyTest : public ::testing::Test {
 protected:
  SystemClock clock;
  SystemRandom random;
  UnseenMetrics metrics;
  Schema schema = make_schema();
  const Collection& users = schema.collections[0];
  memory::RecordStore inner{schema, clock};
  memory::StagedRecordStore store{inner};
  memory::Cache cache{{.bytes_max = 1UL << 20}, {clock, random, metrics}};
  Records records{{schema, store, cache, clock, random, metrics}};

  void create_users(int count) {
    InlineExecutor here;
    const auto context = testing::request(here, clock);
    const boost::json::value body = testing::json(R"({"name":"before"})");
    for (int i = 0; i < count; ++i) ASSERT_TRUE(block_on(records.create(*context, users, body)));
  }
  std::uint64_t followed() { return metrics.counter("banyan_reads_shared_total", "").value(); }
};

/// Readers of one key on several loops, held at the store's door until all have come.
struct Crowd {
  static constexpr std::size_t size = 1'000;
  std::vector<std::unique_ptr<Context>> contexts;
  std::vector<std::optional<Result<CachedRecordPtr>>> answers{size};
  std::latch done{size};
  std::array<testing::Loop, 4> loops;  // the first to go: it waits for what is under way

  Crowd(Records& records, const Collection& collection, const Clock& clock) {
    contexts.reserve(size);  // the loops read it while it fills
    for (std::size_t i = 0; i < size; ++i) {
      contexts.push_back(testing::request(loops[i % loops.size()], clock));
      contexts.back()->executor.run([this, i, &records, &collection] { detach(read(i, records, collection)); });
    }
  }
  Task<void> read(std::size_t i, Records& records, const Collection& collection) {
    answers[i] = co_await records.find(*contexts[i], collection, one);
    done.count_down();
  }
};

TEST_F(ConcurrencyTest, a_thousand_readers_of_one_uncached_key_make_one_query) {
  create_users(1);
  memory::Gate gate;
  store.before_find([&](const Context& context, const RecordKey&) { return gate.pass(context.executor); });
  Crowd crowd(records, users, clock);
  while (followed() < Crowd::size - 1) std::this_thread::yield();
  gate.open();
  crowd.done.wait();
  EXPECT_EQ(store.counts().finds, 1U);
  for (const auto& answer : crowd.answers) {
    ASSERT_TRUE(answer->has_value());
    EXPECT_EQ(**answer, *crowd.answers.front());
  }
}

TEST_F(ConcurrencyTest, a_thousand_readers_of_a_missing_key_make_one_query) {
  memory::Gate gate;
  store.before_find([&](const Context& context, const RecordKey&) { return gate.pass(context.executor); });
  Crowd crowd(records, users, clock);
  while (followed() < Crowd::size - 1) std::this_thread::yield();
  gate.open();
  crowd.done.wait();
  EXPECT_EQ(store.counts().finds, 1U);
  for (const auto& answer : crowd.answers) EXPECT_EQ(answer->error().code, ErrorCode::not_found);
}

TEST_F(ConcurrencyTest, a_failed_query_is_told_to_all_who_shared_it) {
  memory::Gate gate;
  store.before_find([&](const Context& context, const RecordKey&) { return gate.pass(context.executor); });
  store.fail_next_find(Error(ErrorCode::overloaded, "full"));
  store.fail_next_find(Error(ErrorCode::internal, "asked twice"));
  Crowd crowd(records, users, clock);
  while (followed() < Crowd::size - 1) std::this_thread::yield();
  gate.open();
  crowd.done.wait();
  for (const auto& answer : crowd.answers) EXPECT_EQ(answer->error().code, ErrorCode::overloaded);
}

TEST_F(ConcurrencyTest, a_leader_out_of_time_does_not_take_its_followers_along) {
  create_users(1);
  memory::Gate gate;
  store.before_find([&](const Context& context, const RecordKey&) { return gate.pass(context.executor); });
  store.fail_next_find(Error(ErrorCode::deadline_exceeded, "the leader's time ran out"));
  Crowd crowd(records, users, clock);
  while (followed() < Crowd::size - 1) std::this_thread::yield();
  gate.open();
  crowd.done.wait();
  int failed = 0;
  for (const auto& answer : crowd.answers)
    if (!answer->has_value()) ++failed;
  EXPECT_EQ(failed, 1);
  EXPECT_GE(store.counts().finds, 2U);
}

/// Readers and writers on several loops, with what was acknowledged written down.
struct Ledger {
  static constexpr std::size_t keys = 4;
  static constexpr std::size_t actors = 48;
  static constexpr int operations = 400;
  std::vector<std::unique_ptr<Context>> contexts;
  std::array<std::atomic<Version>, keys> acknowledged{};
  std::atomic<int> stale = 0;
  std::atomic<int> failed = 0;
  std::latch done{actors};
  Records& records;
  const Collection& collection;
  std::array<testing::Loop, 4> loops;  // the first to go: it waits for what is under way

  Ledger(Records& given_records, const Collection& given_collection, const Clock& clock)
      : records(given_records), collection(given_collection) {
    contexts.reserve(actors);  // the loops read it while it fills
    for (std::size_t i = 0; i < actors; ++i) {
      contexts.push_back(testing::request(loops[i % loops.size()], clock));
      contexts.back()->executor.run([this, i] { detach(i % 3 == 0 ? write(i) : read(i)); });
    }
  }

  Task<void> read(std::size_t actor) {
    SeededRandom random(actor);
    for (int i = 0; i < operations; ++i) {
      const std::size_t key = random.below(keys);
      const Version before = acknowledged[key].load();
      const Result<CachedRecordPtr> found =
          co_await records.find(*contexts[actor], collection, static_cast<std::int64_t>(key + 1));
      if (!found)
        ++failed;
      else if ((*found)->version < before)
        ++stale;
      if (random.below(4) == 0) co_await Turn(contexts[actor]->executor);
    }
    done.count_down();
  }

  Task<void> write(std::size_t actor) {
    SeededRandom random(actor);
    const boost::json::value body = testing::json(R"({"name":"after"})");
    for (int i = 0; i < operations; ++i) {
      const std::size_t key = random.below(keys);
      const Result<Written> updated =
          co_await records.update(*contexts[actor], collection, static_cast<std::int64_t>(key + 1), body, std::nullopt);
      if (!updated)
        ++failed;
      else
        acknowledge(acknowledged[key], updated->version);
      co_await Turn(contexts[actor]->executor);
    }
    done.count_down();
  }

  static void acknowledge(std::atomic<Version>& last, Version version) {
    Version seen = last.load();
    while (seen < version && !last.compare_exchange_weak(seen, version)) {
    }
  }
};

TEST_F(ConcurrencyTest, no_read_is_older_than_a_write_acknowledged_before_it) {
  create_users(Ledger::keys);
  std::atomic<unsigned> turns = 0;
  // Between the snapshot and the answer, others run: for a while, or not at all.
  const auto dawdle = [&](const Context& context) -> Task<void> {
    for (unsigned left = turns++ % 4; left > 0; --left) co_await Turn(context.executor);
  };
  store.after_find([&](const Context& context, const RecordKey&) { return dawdle(context); });
  store.after_apply([&](const Context& context, const WriteBatch&) -> Task<void> {
    if (turns % 7 == 0) (void)co_await cache.clear(context);
    co_await dawdle(context);
  });
  Ledger ledger(records, users, clock);
  ledger.done.wait();
  EXPECT_EQ(ledger.stale, 0);
  EXPECT_EQ(ledger.failed, 0);
  EXPECT_GT(cache.stats().hits, 0U);
  EXPECT_GT(cache.stats().fills, 0U);
  EXPECT_GT(cache.stats().refused_fills, 0U);
  EXPECT_GT(followed(), 0U);
}

}  // namespace
}  // namespace banyan::services
