// kill -9 under load: nothing that was acknowledged is lost, nothing is half there.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <set>

#include "banyan/adapters/sqlite/raw_database.hpp"
#include "banyan/adapters/sqlite/test_support.hpp"

namespace banyan::sqlite {
namespace {

using namespace testkit;  // NOLINT: the words of these tests

/// The ledger is a pipe: what the child wrote into it before it died stays readable.
void say(int ledger, std::int64_t id) {
  std::array<char, 24> line{};
  const int length = std::snprintf(line.data(), line.size(), "%lld\n", static_cast<long long>(id));
  if (write(ledger, line.data(), static_cast<std::size_t>(length)) != length) _exit(3);
}

/// Writes pairs of records for ever, and notes each pair in the ledger once it is acknowledged.
Task<void> write_pairs(Opened& opened, int ledger) {
  while (true) {
    Context context{opened.executor, opened.clock, opened.clock.steady() + std::chrono::seconds(30)};
    WriteBatch batch;
    batch.writes.push_back(opened.create("users", {{"name", text("Alice")}}));
    batch.writes.push_back(opened.create("posts", {{"title", text("of a pair")}}));
    const auto applied = co_await opened.store->apply(context, std::move(batch));
    if (!applied) _exit(4);
    say(ledger, std::get<std::int64_t>(applied->changes.front().key.id));
  }
}

[[noreturn]] void child(const Options& options, int ledger) {
  Opened opened(options);
  if (!opened.start()) _exit(2);
  for (int i = 0; i < 16; ++i) detach(write_pairs(opened, ledger));
  while (true) pause();
}

/// Runs a child until it has acknowledged some pairs, kills it, and answers all that it acknowledged.
std::set<std::int64_t> run_and_kill(const Options& options, std::size_t pairs) {
  std::array<int, 2> ends{};
  EXPECT_EQ(pipe(ends.data()), 0);
  const pid_t process = fork();
  if (process == 0) {
    close(ends[0]);
    child(options, ends[1]);
  }
  close(ends[1]);
  std::set<std::int64_t> acknowledged;
  FILE* ledger = fdopen(ends[0], "r");
  long long id = 0;
  while (std::fscanf(ledger, "%lld", &id) == 1) {
    acknowledged.insert(id);
    if (acknowledged.size() == pairs) kill(process, SIGKILL);
  }
  std::fclose(ledger);
  int status = 0;
  waitpid(process, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "it ended by itself: " << WEXITSTATUS(status);
  return acknowledged;
}

TEST(StoreKill, acknowledged_writes_outlive_kill_nine_and_no_batch_is_half_there) {
  const TempDirectory directory;
  const Options options{.file = directory.path() / "app.db", .checkpoint_bytes = 128 << 10};
  std::set<std::int64_t> acknowledged;
  for (std::size_t round = 0; round < 6; ++round) {
    acknowledged.merge(run_and_kill(options, 40 + 97 * round));
    Opened again(options);
    ASSERT_TRUE(again.start()) << "ready again by itself";
    again.store.reset();
    RawDatabase raw(options.file);
    ASSERT_EQ(raw.ask("PRAGMA integrity_check"), "ok\n");
    ASSERT_EQ(raw.ask("SELECT count(*) FROM users"), raw.ask("SELECT count(*) FROM posts")) << "half of a batch";
    for (const std::int64_t id : acknowledged) {
      ASSERT_EQ(raw.ask("SELECT count(*) FROM users WHERE id = " + std::to_string(id)), "1\n") << "round " << round;
    }
  }
  EXPECT_GT(acknowledged.size(), 1'500U);
}

}  // namespace
}  // namespace banyan::sqlite
