// What becomes of the write-ahead log while others read.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "banyan/adapters/sqlite/store_fixture.hpp"

namespace banyan::sqlite {
namespace {

using namespace testkit;  // NOLINT: the words of these tests

/// Another program that always has a transaction open which began before the newest writes: the next one begins before
/// the last one ends.
class NeverPausingReader {
 public:
  NeverPausingReader(const std::filesystem::path& file, const std::atomic<int>& writes)
      : connections_{RawDatabase(file), RawDatabase(file)}, thread_([this, &writes] { read(writes); }) {
    EXPECT_TRUE(wait_until([&] { return transactions() > 0; }));
  }
  NeverPausingReader(const NeverPausingReader&) = delete;
  NeverPausingReader& operator=(const NeverPausingReader&) = delete;
  ~NeverPausingReader() {
    stops_ = true;
    thread_.join();
  }
  int transactions() const { return transactions_; }

 private:
  void begin() {
    RawDatabase& connection = connections_.at(static_cast<std::size_t>(transactions_) % 2);
    connection.run("BEGIN");
    connection.ask("SELECT count(*) FROM users");
    ++transactions_;
  }
  void read(const std::atomic<int>& writes) {
    begin();
    while (!stops_) {
      const int seen = writes;
      // Until something was written, unless the writer waits for this very transaction.
      for (int i = 0; i < 20 && writes < seen + 2 && !stops_; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
      begin();
      connections_.at(static_cast<std::size_t>(transactions_) % 2).run("COMMIT");
    }
  }

  std::array<RawDatabase, 2> connections_;
  std::atomic<int> transactions_ = 0;
  std::atomic<bool> stops_ = false;
  std::thread thread_;
};

constexpr std::size_t checkpoint_bytes = std::size_t{64} << 10;

class StoreLogTest : public StoreTest {
 protected:
  StoreLogTest() : StoreTest(Options{.checkpoint_bytes = checkpoint_bytes}) {}
};

TEST_F(StoreLogTest, the_log_starts_over_while_writes_go_on) {
  const std::filesystem::path log = opened.options.file.string() + "-wal";
  std::uintmax_t longest = 0;
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(opened.apply({user("user " + std::to_string(i))}));  // some four pages each: 4 MB in all
    longest = std::max(longest, std::filesystem::file_size(log));
  }
  EXPECT_LE(longest, 5 * checkpoint_bytes);
  EXPECT_GT(opened.metrics.histogram("banyan_store_checkpoint_seconds", "", latency_bounds_us(), 1).snapshot().total,
            5U);
}

TEST_F(StoreLogTest, the_log_starts_over_though_readers_never_pause) {
  constexpr int records = 1000;
  constexpr std::size_t record_bytes = 3000;
  std::atomic<int> writes = 0;
  {
    const NeverPausingReader reader(opened.options.file, writes);
    for (; writes < records; ++writes) ASSERT_TRUE(opened.apply({user(std::string(record_bytes, 'x'))}));
    EXPECT_GT(reader.transactions(), 2) << "the readers went on";
  }
  const auto log_bytes = std::filesystem::file_size(opened.options.file.string() + "-wal");
  EXPECT_LT(log_bytes, records * record_bytes / 2) << "of all that went through it";
  EXPECT_EQ(RawDatabase(opened.options.file).ask("SELECT count(*) FROM users"), "1000\n");
}

}  // namespace
}  // namespace banyan::sqlite
