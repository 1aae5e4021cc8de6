// The power goes under load: nothing that was acknowledged is lost, nothing is half there, and nothing is damaged.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <sstream>
#include <utility>

#include "banyan/adapters/sqlite/losing_vfs.hpp"
#include "banyan/adapters/sqlite/store_fixture.hpp"

namespace banyan::sqlite {
namespace {

using namespace testkit;  // NOLINT: the words of these tests

std::size_t cuts(std::size_t otherwise) {
  const char* const given = std::getenv("BANYAN_CUTS");
  return given == nullptr ? otherwise : std::strtoul(given, nullptr, 10);
}

/// What may be found of each user: its age, or -1 where it is gone. More than one only where the answer to a write did
/// not come before the power went. Thread-safe.
class Ledger {
 public:
  void may_become(std::int64_t id, std::int64_t age) {
    const std::lock_guard lock(mutex_);
    users_[id].insert(age);
  }
  /// Acknowledged: whoever looks at the device first knows that it was before the power went.
  void is_now(std::int64_t id, std::int64_t age) {
    const std::lock_guard lock(mutex_);
    if (losing_device().is_off()) {
      if (!users_.contains(id)) users_[id].insert(-1);
      users_[id].insert(age);
      return;
    }
    users_[id] = {age};
    ++acknowledged_;
  }
  /// How many users are not as one may find them; from now on they are as they were found.
  std::size_t compare(const std::map<std::int64_t, std::int64_t>& found) {
    const std::lock_guard lock(mutex_);
    std::size_t lost = 0;
    for (auto& [id, ages] : users_) {
      const auto user = found.find(id);
      const std::int64_t age = user == found.end() ? -1 : user->second;
      if (!ages.contains(age)) ++lost;
      ages = {age};
    }
    return lost;
  }
  /// How many writes were acknowledged since this was asked last.
  std::size_t take_acknowledged() { return std::exchange(acknowledged_, 0); }

 private:
  std::mutex mutex_;
  std::map<std::int64_t, std::set<std::int64_t>> users_;
  std::size_t acknowledged_ = 0;
};

/// Makes a user with a post, changes it, and deletes every third with its post, until a write fails.
Task<void> work(Opened& opened, Ledger& ledger, std::atomic<int>& at_work) {
  for (std::int64_t turn = 0;; ++turn) {
    Context context{opened.executor, opened.clock, opened.clock.steady() + std::chrono::seconds(30)};
    WriteBatch pair;
    pair.writes.push_back(opened.create("users", {{"name", text("Alice")}, {"age", number(0)}}));
    pair.writes.push_back(opened.create("posts", {{"title", text("of a pair")}}));
    const auto made = co_await opened.store->apply(context, std::move(pair));
    if (!made) break;
    const Value id = made->changes[0].key.id;
    const std::int64_t user = std::get<std::int64_t>(id);
    ledger.is_now(user, 0);
    const bool goes = turn % 3 == 2;
    ledger.may_become(user, goes ? -1 : turn + 1);
    WriteBatch next;
    if (goes) {
      next.writes.push_back(opened.remove("users", id));
      next.writes.push_back(opened.remove("posts", made->changes[1].key.id));
    } else {
      next.writes.push_back(opened.update("users", id, {{"age", number(turn + 1)}}));
    }
    const auto changed = co_await opened.store->apply(context, std::move(next));
    if (!changed) break;
    ledger.is_now(user, goes ? -1 : turn + 1);
  }
  --at_work;
}

/// Works on the database of the directory until the power goes at that operation.
void work_until_power_goes(const Options& options, Ledger& ledger, std::uint64_t operation, std::uint64_t seed) {
  losing_device().lose_power_at(operation, seed);
  Opened opened(options);
  if (!opened.start()) return;  // the power went while it began
  std::atomic<int> at_work = 4;
  for (int i = 0; i < 4; ++i) detach(work(opened, ledger, at_work));
  ASSERT_TRUE(wait_until([&] { return at_work == 0; }));
}

class StorePower : public ::testing::Test {
 protected:
  /// One cut more: what was acknowledged and is not there. The database begins anew now and then.
  std::size_t cut(std::uint64_t number, bool waits_for_disk) {
    if (number % 20 == 0) {
      directory_ = std::make_unique<TempDirectory>();
      ledger_ = std::make_unique<Ledger>();
    }
    Options options{.file = directory_->path() / "app.db", .checkpoint_bytes = 64 << 10, .vfs = losing_vfs()};
    options.waits_for_disk = waits_for_disk;
    work_until_power_goes(options, *ledger_, 1 + random_.below(250), random_.next());
    auto kept = std::make_unique<TempDirectory>();
    losing_device().restore_into(kept->path());
    directory_ = std::move(kept);
    acknowledged_ += ledger_->take_acknowledged();
    return look(number);
  }

  std::size_t look(std::uint64_t number) {
    Opened again(Options{.file = directory_->path() / "app.db"});
    const auto started = again.start();
    EXPECT_TRUE(started) << "cut " << number << ": " << started.error().message << " / " << started.error().detail;
    again.store.reset();
    RawDatabase raw(again.options.file);
    EXPECT_EQ(raw.ask("PRAGMA integrity_check"), "ok\n") << "cut " << number;
    EXPECT_EQ(raw.ask("SELECT count(*) FROM users"), raw.ask("SELECT count(*) FROM posts")) << "half of a batch";
    std::map<std::int64_t, std::int64_t> found;
    std::istringstream lines(raw.ask("SELECT id || ' ' || age FROM users"));
    for (std::int64_t id = 0, age = 0; lines >> id >> age;) found[id] = age;
    return ledger_->compare(found);
  }

  static std::uint64_t seed_from_environment() {
    const char* const given = std::getenv("BANYAN_SEED");
    return given == nullptr ? SystemRandom().next() : std::strtoull(given, nullptr, 10);
  }

  const std::uint64_t seed_ = seed_from_environment();
  SeededRandom random_{seed_};
  std::unique_ptr<TempDirectory> directory_;
  std::unique_ptr<Ledger> ledger_;
  std::size_t acknowledged_ = 0;
};

TEST_F(StorePower, acknowledged_writes_outlive_the_power_and_the_database_opens_again) {
  for (std::size_t i = 0; i < cuts(60); ++i) {
    ASSERT_EQ(cut(i, true), 0U) << "cut " << i << ", BANYAN_SEED=" << seed_;
    ASSERT_FALSE(HasFailure()) << "BANYAN_SEED=" << seed_;
  }
  EXPECT_GT(acknowledged_, 10 * cuts(60)) << "too little was done to be lost";
}

TEST_F(StorePower, without_waiting_for_the_disk_acknowledged_writes_are_lost) {
  std::size_t lost = 0;
  for (std::size_t i = 0; i < cuts(60) && lost == 0; ++i) lost += cut(i, false);
  EXPECT_GT(lost, 0U) << "this device loses nothing: the other test shows nothing either";
}

}  // namespace
}  // namespace banyan::sqlite
