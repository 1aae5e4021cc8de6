#include "banyan/adapters/sqlite/log_layer.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "banyan/adapters/sqlite/connection.hpp"
#include "banyan/adapters/sqlite/test_support.hpp"

namespace banyan::sqlite {
namespace {

/// A log as SQLite has it open.
class LogLayer : public ::testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(directory_.path() / "app.db") << "";  // whose rights the log takes over
    const auto name = log_layer_over("");
    ASSERT_TRUE(name);
    sqlite3_vfs* const layer = sqlite3_vfs_find(name->c_str());
    ASSERT_NE(layer, nullptr);
    memory_.assign(static_cast<std::size_t>(layer->szOsFile) / sizeof(std::int64_t) + 1, 0);
    file_ = static_cast<sqlite3_file*>(static_cast<void*>(memory_.data()));
    const int flags = SQLITE_OPEN_WAL | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    ASSERT_EQ(layer->xOpen(layer, path_.c_str(), file_, flags, nullptr), SQLITE_OK);
  }
  void TearDown() override {
    if (file_ != nullptr) close();
  }
  int write(const std::string& text, sqlite3_int64 at) {
    return file_->pMethods->xWrite(file_, text.data(), static_cast<int>(text.size()), at);
  }
  int sync() { return file_->pMethods->xSync(file_, SQLITE_SYNC_NORMAL); }
  void close() {
    EXPECT_EQ(file_->pMethods->xClose(file_), SQLITE_OK);
    file_ = nullptr;
  }
  std::uintmax_t bytes() const { return std::filesystem::file_size(path_); }

  testkit::TempDirectory directory_;
  std::filesystem::path path_ = directory_.path() / "app.db-wal";
  std::vector<std::int64_t> memory_;
  sqlite3_file* file_ = nullptr;
};

TEST_F(LogLayer, writes_reach_the_file_with_the_sync) {
  ASSERT_EQ(write("head", 0), SQLITE_OK);
  ASSERT_EQ(write("page", 4), SQLITE_OK);
  EXPECT_EQ(bytes(), 0U);
  ASSERT_EQ(sync(), SQLITE_OK);
  EXPECT_EQ(bytes(), 8U);
}

TEST_F(LogLayer, what_was_not_synced_is_forgotten_at_the_end) {
  ASSERT_EQ(write("committed", 0), SQLITE_OK);
  ASSERT_EQ(sync(), SQLITE_OK);
  ASSERT_EQ(write("undone", 9), SQLITE_OK);
  close();
  EXPECT_EQ(bytes(), 9U) << "its place may be another program's by now";
}

TEST_F(LogLayer, a_read_finds_what_was_written) {
  ASSERT_EQ(write("head", 0), SQLITE_OK);
  char read[4] = {};
  ASSERT_EQ(file_->pMethods->xRead(file_, read, 4, 0), SQLITE_OK);
  EXPECT_EQ(std::string(read, 4), "head");
}

TEST_F(LogLayer, more_than_the_layer_below_takes_at_once_goes_down_in_parts) {
  const std::string page(4096, 'x');
  for (int i = 0; i < 100; ++i) ASSERT_EQ(write(page, i * 4096), SQLITE_OK);
  ASSERT_EQ(sync(), SQLITE_OK);
  EXPECT_EQ(bytes(), 409'600U);
}

TEST(LogLayerUnderSqlite, a_rollback_forgets_what_it_undid) {
  const testkit::TempDirectory directory;
  const auto path = directory.path() / "app.db";
  auto connection = Connection::open({.path = path.string(), .busy_timeout = std::chrono::milliseconds(0)});
  ASSERT_TRUE(connection);
  ASSERT_TRUE(connection->execute("PRAGMA journal_mode = WAL; CREATE TABLE t (x)"));
  sqlite3_file* log = nullptr;
  sqlite3_file_control(connection->get(), "main", SQLITE_FCNTL_JOURNAL_POINTER, static_cast<void*>(&log));
  ASSERT_NE(log, nullptr);
  const auto committed = std::filesystem::file_size(path.string() + "-wal");
  ASSERT_TRUE(connection->execute("BEGIN IMMEDIATE"));
  // As when a transaction needs more memory than the cache may have.
  ASSERT_EQ(log->pMethods->xWrite(log, "a page", 6, static_cast<sqlite3_int64>(committed)), SQLITE_OK);
  ASSERT_TRUE(connection->execute("ROLLBACK"));
  ASSERT_EQ(log->pMethods->xSync(log, SQLITE_SYNC_NORMAL), SQLITE_OK);
  EXPECT_EQ(std::filesystem::file_size(path.string() + "-wal"), committed)
      << "another program may have been there since";
}

}  // namespace
}  // namespace banyan::sqlite
