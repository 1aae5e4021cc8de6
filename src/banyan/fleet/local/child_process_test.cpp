#include "banyan/fleet/local/child_process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "banyan/fleet/local/testing_folder.hpp"

namespace banyan::fleet {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

constexpr milliseconds soon{20'000};

class Child : public ::testing::Test {
 protected:
  ChildSetup shell(const std::string& script) const {
    return {.command = {"/bin/sh", "-c", script},
            .environment = {{"PATH", "/usr/bin:/bin"}, {"WORD", "told"}},
            .folder = folder_.path(),
            .output = folder_.path() / "output",
            .run_as = {}};
  }

  pid_t number_in(const std::string& file) const {
    pid_t number = 0;
    const auto until = std::chrono::steady_clock::now() + soon;
    while (number == 0 && std::chrono::steady_clock::now() < until) std::ifstream(folder_.path() / file) >> number;
    return number;
  }

  testing::TestFolder folder_;
};

bool is_gone(pid_t process) {
  const auto until = std::chrono::steady_clock::now() + soon;
  while (std::chrono::steady_clock::now() < until) {
    const std::string status = end_of_file("/proc/" + std::to_string(process) + "/stat", 4096);
    if (status.empty() || status.find(") Z") != std::string::npos) return true;
  }
  return false;
}

TEST_F(Child, runs_with_its_folder_its_environment_and_its_output_alone) {
  ASSERT_TRUE(run_to_end(shell("pwd; env; cat; echo err >&2"), soon));
  const std::string printed = end_of_file(folder_.path() / "output", 4096);
  EXPECT_THAT(printed, HasSubstr(folder_.path().string() + "\n"));
  EXPECT_THAT(printed, HasSubstr("WORD=told\n"));
  EXPECT_THAT(printed, HasSubstr("err\n"));
  EXPECT_THAT(printed, ::testing::Not(HasSubstr("HOME=")));
}

TEST_F(Child, reads_what_it_is_given) {
  ChildSetup setup = shell("cat; echo end");
  setup.input = std::string(200'000, 'a') + "\n";
  ASSERT_TRUE(run_to_end(setup, soon));
  EXPECT_EQ(end_of_file(folder_.path() / "output", 300'000), setup.input + "end\n");
}

TEST_F(Child, appends_its_output_to_no_link) {
  std::filesystem::create_symlink(folder_.path() / "elsewhere", folder_.path() / "output");
  EXPECT_FALSE(run_to_end(shell("echo printed"), soon));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "elsewhere"));
}

TEST_F(Child, tells_how_it_ended) {
  Result<ChildProcess> child = ChildProcess::start(shell("exit 7"));
  ASSERT_TRUE(child);
  EXPECT_EQ(child->wait(soon), 7);
  EXPECT_FALSE(child->running());
  child = ChildProcess::start(shell("kill -TERM $$"));
  EXPECT_EQ(child->wait(soon), 128 + SIGTERM);
  const Result<void> failed = run_to_end(shell("echo why; exit 3"), soon);
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message, HasSubstr("ended with code 3"));
  EXPECT_THAT(failed.error().detail, HasSubstr("why"));
}

TEST_F(Child, takes_its_own_children_along) {
  {
    Result<ChildProcess> child = ChildProcess::start(shell("sleep 600 & echo $! > child; wait"));
    ASSERT_TRUE(child);
    ASSERT_GT(number_in("child"), 0);
  }
  EXPECT_TRUE(is_gone(number_in("child")));
}

TEST_F(Child, that_ended_leaves_none_of_its_own_behind) {
  Result<ChildProcess> child = ChildProcess::start(shell("sleep 600 & echo $! > child; exit 0"));
  ASSERT_TRUE(child);
  EXPECT_EQ(child->wait(soon), 0);
  EXPECT_TRUE(is_gone(number_in("child")));
}

TEST_F(Child, dies_with_the_thread_that_started_it) {
  Result<ChildProcess> child = ChildProcess::start(shell("exit 0"));
  std::thread([&] {
    child = ChildProcess::start(shell("echo $$ > child; exec sleep 600"));
    EXPECT_GT(number_in("child"), 0);
  }).join();
  ASSERT_TRUE(child);
  EXPECT_EQ(child->wait(soon), 128 + SIGKILL);
}

TEST_F(Child, is_not_kept_from_signals_that_are_blocked_or_ignored_here) {
  sigset_t terminate;
  sigset_t before;
  sigemptyset(&terminate);
  sigaddset(&terminate, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &terminate, &before);
  Result<ChildProcess> child = ChildProcess::start(shell("echo $$ > child; exec sleep 600"));
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  ASSERT_TRUE(child);
  ASSERT_GT(number_in("child"), 0);
  child->send_signal(SIGTERM);
  EXPECT_EQ(child->wait(soon), 128 + SIGTERM);
}

}  // namespace
}  // namespace banyan::fleet
