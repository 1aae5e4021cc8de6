#include <array>
#include <atomic>
#include <thread>

#include "tests/contracts/on_threads.hpp"
#include "tests/contracts/record_store_contract.hpp"

// Time, and many at once.
namespace banyan::contracts {

bool link_contract_threads() { return true; }

namespace {

TEST_P(RecordStoreContract, what_comes_past_its_deadline_is_refused_and_does_nothing) {
  const Value id = make("users", {{"age", integer(1)}});
  const auto before = everything();
  const Context late{
      .executor = executor_, .clock = clock_, .deadline = clock_.steady() - std::chrono::milliseconds(1)};
  const RecordKey wanted = key("users", id);
  const auto found = block_on(store().find(late, wanted, Source::primary));
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code, ErrorCode::deadline_exceeded);
  const auto page = block_on(store().list(late, query("users")));
  ASSERT_FALSE(page.has_value());
  EXPECT_EQ(page.error().code, ErrorCode::deadline_exceeded);
  WriteBatch batch;
  batch.writes.push_back(change("users", id, {{"age", integer(2)}}));
  const auto applied = block_on(store().apply(late, std::move(batch)));
  ASSERT_FALSE(applied.has_value());
  EXPECT_EQ(applied.error().code, ErrorCode::deadline_exceeded);
  EXPECT_EQ(everything(), before);
}

TEST_P(RecordStoreContract, a_write_that_nobody_waits_for_any_more_is_not_begun) {
  Context cancelled{.executor = executor_, .clock = clock_, .deadline = SteadyTime::max()};
  cancelled.cancelled = true;
  WriteBatch batch;
  batch.writes.push_back(creation("users"));
  EXPECT_FALSE(block_on(store().apply(cancelled, std::move(batch))).has_value());
  EXPECT_TRUE(ids(query("users")).empty());
}

TEST_P(RecordStoreContract, a_store_that_serves_says_nothing_is_wrong) {
  EXPECT_EQ(store().unready_reason(), std::nullopt);
}

TEST_P(RecordStoreContract, concurrent_writers_that_expect_a_version_lose_no_increment) {
  constexpr int increments = 50;
  const Value id = make("users", {{"age", integer(0)}});
  const std::size_t age = field("users", "age");
  std::atomic<int> failures = 0;
  on_threads([&](int) {
    for (int done = 0; done < increments;) {
      const Record seen = must_find("users", id);
      const auto next = std::get<std::int64_t>(seen.values[age]) + 1;
      const auto applied = apply(change("users", id, {{"age", integer(next)}}, seen.version));
      if (applied) {
        ++done;
      } else if (applied.error().code != ErrorCode::version_mismatch) {
        ++failures;
        return;
      }
    }
  });
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(value_of("users", id, "age"), integer(thread_count * increments));
}

TEST_P(RecordStoreContract, what_is_read_after_a_write_was_answered_is_at_least_as_new) {
  const Value id = make("users", {{"age", integer(0)}});
  std::atomic<int> stale = 0;
  on_threads([&](int) {
    for (int i = 0; i < 50; ++i) {
      const Changed mine = must_apply(change("users", id, {{"age", integer(i)}}));
      if (must_find("users", id).version < mine.version) ++stale;
      if (list(query("users", where("users", "id", CompareOp::eq, {id}))).value().records.at(0).version < mine.version)
        ++stale;
    }
  });
  EXPECT_EQ(stale, 0);
}

TEST_P(RecordStoreContract, versions_of_concurrent_updates_are_all_different) {
  const Changed created = must_apply(creation("users"));
  std::array<std::vector<Version>, thread_count> versions;
  on_threads([&](int thread) {
    for (int i = 0; i < 50; ++i) {
      versions[thread].push_back(must_apply(change("users", created.key.id, {{"age", integer(i)}})).version);
    }
  });
  std::vector<bool> seen(thread_count * 50 + 1, false);
  for (const auto& each : versions) {
    for (const Version version : each) {
      ASSERT_GT(version, created.version);
      ASSERT_LE(version, created.version + thread_count * 50);
      EXPECT_FALSE(seen[version - created.version]) << "a version was given twice";
      seen[version - created.version] = true;
    }
  }
}

TEST_P(RecordStoreContract, of_concurrent_creates_with_one_unique_value_exactly_one_succeeds) {
  for (int round = 0; round < 20; ++round) {
    const Value email = text("user" + std::to_string(round) + "@example.org");
    std::array<Write, thread_count> writes;
    for (Write& write : writes) write = creation("users", {{"email", email}});
    std::atomic<int> created = 0;
    std::atomic<int> other_errors = 0;
    on_threads([&](int thread) {
      const auto applied = apply(writes[thread]);
      if (applied) {
        ++created;
      } else if (applied.error().code != ErrorCode::already_exists) {
        ++other_errors;
      }
    });
    EXPECT_EQ(created, 1);
    EXPECT_EQ(other_errors, 0);
  }
}

TEST_P(RecordStoreContract, a_reader_sees_all_of_a_batch_or_nothing) {
  std::atomic<bool> done = false;
  std::atomic<int> torn = 0;
  std::vector<WriteBatch> batches(40);
  for (WriteBatch& batch : batches) {
    for (int i = 0; i < 5; ++i) batch.writes.push_back(creation("users"));
  }
  {
    const std::jthread reader([&] {
      while (!done) {
        Query whole = query("users");
        whole.limit = 1000;
        if (ids(std::move(whole)).size() % 5 != 0) ++torn;
      }
    });
    for (WriteBatch& batch : batches) EXPECT_TRUE(block_on(store().apply(context_, std::move(batch))).has_value());
    done = true;
  }
  EXPECT_EQ(torn, 0);
}

TEST_P(RecordStoreContract, a_write_among_those_that_fail_still_happens) {
  std::array<std::vector<Write>, thread_count> good;
  std::array<std::vector<Write>, thread_count> bad;
  for (int thread = 0; thread < thread_count; ++thread) {
    for (int i = 0; i < 25; ++i) {
      good[thread].push_back(creation("users"));
      bad[thread].push_back(creation("posts", {{"author", integer(-1)}}));
    }
  }
  std::atomic<int> wrong = 0;
  on_threads([&](int thread) {
    for (std::size_t i = 0; i < 25; ++i) {
      const auto refused = apply({good[thread][i], bad[thread][i]});
      if (refused || refused.error().code != ErrorCode::reference_broken) ++wrong;
      if (!apply(good[thread][i])) ++wrong;
    }
  });
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(ids(query("users")).size(), 100U);
  EXPECT_TRUE(ids(query("posts")).empty());
}

}  // namespace
}  // namespace banyan::contracts
