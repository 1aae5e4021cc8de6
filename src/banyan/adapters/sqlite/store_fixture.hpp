#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <optional>
#include <thread>

#include "banyan/adapters/sqlite/raw_database.hpp"
#include "banyan/adapters/sqlite/store.hpp"
#include "banyan/adapters/sqlite/test_support.hpp"

namespace banyan::sqlite::testkit {

inline bool wait_until(const auto& holds) {
  for (int i = 0; i < 10'000; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

/// A request whose answer is looked at later.
struct Pending {
  Pending(Opened& opened, std::vector<Write> writes)
      : context{opened.executor, opened.clock, opened.clock.steady() + std::chrono::seconds(30)} {
    detach(run(opened, WriteBatch{std::move(writes)}));
  }
  Task<void> run(Opened& opened, WriteBatch batch) {
    auto applied = co_await opened.store->apply(context, std::move(batch));
    result.emplace(std::move(applied));
    done = true;
  }
  Context context;
  std::optional<Result<Applied>> result;
  std::atomic<bool> done = false;
};

class StoreTest : public ::testing::Test {
 protected:
  explicit StoreTest(Options options = {}) : opened(with_file(std::move(options))) {}
  void SetUp() override {
    const auto started = opened.start();
    ASSERT_TRUE(started) << started.error().message << " / " << started.error().detail;
  }
  Options with_file(Options options) {
    options.file = directory.path() / "data" / "app.db";
    return options;
  }
  Write user(std::string name, Value email = Null{}) {
    return opened.create("users", {{"name", text(std::move(name))}, {"email", std::move(email)}});
  }
  std::int64_t queued() { return opened.metrics.gauge("banyan_store_queue_requests", "", {{"kind", "write"}}).value(); }
  Histogram::Snapshot commits() {
    return opened.metrics.histogram("banyan_store_commit_requests", "", latency_bounds_us(), 1).snapshot();
  }

  /// Pushes requests that the writer finds together: another program holds its lock until all of them wait.
  std::deque<Pending> together(std::vector<std::vector<Write>> requests) {
    std::deque<Pending> pending;
    RawDatabase other(opened.options.file);
    other.run("BEGIN IMMEDIATE");
    pending.emplace_back(opened, std::vector<Write>{user("first")});
    EXPECT_TRUE(wait_until([&] { return queued() == 0; })) << "the writer waits for the lock with the first one";
    for (auto& writes : requests) pending.emplace_back(opened, std::move(writes));
    other.run("COMMIT");
    EXPECT_TRUE(wait_until([&] { return std::ranges::all_of(pending, [](auto& one) { return one.done.load(); }); }));
    return pending;
  }

  TempDirectory directory;
  Opened opened;
};

}  // namespace banyan::sqlite::testkit
