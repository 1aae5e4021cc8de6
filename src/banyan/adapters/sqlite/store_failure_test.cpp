// What the store does when the device fails: never a lie, and full service again once the cause is gone.
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <sstream>
#include <thread>

#include "banyan/adapters/sqlite/failing_vfs.hpp"
#include "banyan/adapters/sqlite/raw_database.hpp"
#include "banyan/adapters/sqlite/test_support.hpp"

namespace banyan::sqlite {
namespace {

using namespace testkit;  // NOLINT: the words of these tests

Options on_failing_device(const TempDirectory& directory) {
  Options options{.file = directory.path() / "app.db"};
  options.vfs = failing_vfs();
  options.watch_interval = std::chrono::milliseconds(5);
  options.checkpoint_bytes = 16 << 10;   // so that checkpoints fail too
  options.writer_cache_bytes = 8 << 10;  // so that statements write before the commit
  return options;
}

class StoreFailureTest : public ::testing::Test {
 protected:
  void TearDown() override { device().work(); }
};

bool wait_until(const auto& holds) {
  for (int i = 0; i < 2'000; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

TEST_F(StoreFailureTest, a_full_disk_refuses_writes_and_serves_reads_and_service_returns_with_space) {
  TempDirectory directory;
  Opened opened(on_failing_device(directory));
  ASSERT_TRUE(opened.start());
  ASSERT_TRUE(opened.apply({opened.create("users", {{"name", text("Alice")}})}));

  device().fail_at(1, SQLITE_FULL, true);
  for (int i = 0; i < 3; ++i) {
    const auto refused = opened.apply({opened.create("users", {{"name", text("Bob")}})});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::storage_full) << refused.error().detail;
  }
  EXPECT_TRUE(opened.find("users", number(1)));
  EXPECT_TRUE(opened.store->unready_reason().has_value());

  device().work();
  EXPECT_TRUE(wait_until([&] { return !opened.store->unready_reason(); })) << "heals without any request";
  const auto applied = opened.apply({opened.create("users", {{"name", text("Bob")}})});
  ASSERT_TRUE(applied);
  EXPECT_EQ(applied->changes.front().key.id, number(2)) << "nothing of the refused ones was kept";
}

TEST_F(StoreFailureTest, a_write_is_acknowledged_only_after_the_device_was_made_to_keep_it) {
  TempDirectory directory;
  Options options = on_failing_device(directory);
  options.checkpoint_bytes = 64 << 20;  // whose syncs would count
  Opened opened(options);
  ASSERT_TRUE(opened.start());
  for (int i = 0; i < 20; ++i) {
    const int before = device().syncs;
    ASSERT_TRUE(opened.apply({opened.create("users", {{"name", text("Alice")}})}));
    ASSERT_GT(device().syncs, before);
  }
}

/// What the next start would find if the process ended now.
std::set<std::string> names_after_a_crash(const std::filesystem::path& file) {
  TempDirectory directory;
  const auto copy = directory.path() / "app.db";
  std::filesystem::copy_file(file, copy);
  std::error_code none;  // a log that is not there is no error
  std::filesystem::copy_file(file.string() + "-wal", copy.string() + "-wal", none);
  std::istringstream lines(RawDatabase(copy).ask("SELECT name FROM users"));
  std::set<std::string> names;
  for (std::string name; std::getline(lines, name);) names.insert(name);
  return names;
}

/// Fails the nth change of a file, for every n that some creates meet; once, or until the test ends it.
void fail_each_step(int code, bool stays) {
  for (int nth = 1; nth < 1'000; ++nth) {
    TempDirectory directory;
    Options options = on_failing_device(directory);
    options.watch_interval = std::chrono::seconds(60);  // nothing shall be written over what a crash would find
    Opened opened(options);
    ASSERT_TRUE(opened.start());
    std::set<std::string> acknowledged;
    std::set<std::string> uncertain;
    device().fail_at(nth, code, stays);
    bool failed = false;
    for (int i = 0; i < 4 && !failed; ++i) {
      const std::string name = "user" + std::to_string(i);
      const auto applied = opened.apply(
          {opened.create("users", {{"name", text(name)}}),
           opened.create("labels", {{"id", text("00000000-0000-7000-8000-0000000000" + std::to_string(10 + i))},
                                    {"word", text(std::string(3'000, 'x'))}})});
      if (applied) acknowledged.insert(name);
      failed = !applied;
      if (failed && applied.error().code == ErrorCode::outcome_unknown) uncertain.insert(name);
      if (failed) {
        EXPECT_TRUE(applied.error().code == ErrorCode::storage_full || applied.error().code == ErrorCode::unavailable ||
                    applied.error().code == ErrorCode::outcome_unknown)
            << to_string(applied.error().code) << applied.error().message << " " << applied.error().detail;
      }
    }
    for (const std::string& name : names_after_a_crash(opened.options.file)) {
      EXPECT_TRUE(acknowledged.contains(name) || uncertain.contains(name)) << "a crash at " << nth << " kept " << name;
    }
    const bool all_met = device().fails_at > 1;
    device().work();
    const auto after = opened.apply({opened.create("users", {{"name", text("after")}})});
    ASSERT_TRUE(after) << "step " << nth << ": " << after.error().message << " " << after.error().detail;
    EXPECT_FALSE(opened.store->unready_reason());
    acknowledged.insert("after");

    opened.store.reset();
    ASSERT_TRUE(opened.start());
    std::set<std::string> kept;
    for (const Record& record : opened.list({.collection = &opened.at("users")})->records) {
      kept.insert(std::get<std::string>(record.values[1]));
    }
    for (const std::string& name : acknowledged) EXPECT_TRUE(kept.contains(name)) << "step " << nth << " lost " << name;
    for (const std::string& name : kept) {
      EXPECT_TRUE(acknowledged.contains(name) || uncertain.contains(name)) << "step " << nth << " kept " << name;
    }
    EXPECT_EQ(RawDatabase(opened.options.file).ask("PRAGMA integrity_check"), "ok\n");
    if (all_met) return;
  }
  FAIL() << "there was no end of steps";
}

TEST_F(StoreFailureTest, any_one_failing_step_loses_nothing_that_was_acknowledged) {
  fail_each_step(SQLITE_IOERR_WRITE, false);
}

TEST_F(StoreFailureTest, a_device_that_is_full_from_any_step_on_loses_nothing_that_was_acknowledged) {
  fail_each_step(SQLITE_FULL, true);
}

}  // namespace
}  // namespace banyan::sqlite
