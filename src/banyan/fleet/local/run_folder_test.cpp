#include "banyan/fleet/local/run_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "banyan/fleet/local/control_socket.hpp"
#include "banyan/fleet/local/testing_folder.hpp"

namespace banyan::fleet {
namespace {

using ::testing::HasSubstr;

// Named by a folder of the test's own, so that it is this test's alone.
class Running : public ::testing::Test {
 protected:
  testing::TestFolder subject_;
};

TEST_F(Running, a_fleet_has_a_folder_that_its_configuration_names_and_that_goes_with_it) {
  std::filesystem::path path;
  {
    const Result<RunFolder> folder = RunFolder::take(subject_.path().string());
    ASSERT_TRUE(folder) << folder.error().message;
    path = folder->path();
    EXPECT_EQ(path, RunFolder::path_for(subject_.path().string()));
    EXPECT_EQ(path, RunFolder::path_for((subject_.path() / "." / "").string())) << "in any spelling";
    const Result<std::filesystem::path> inner = folder->make("inner");
    ASSERT_TRUE(inner);
    struct stat facts{};
    ASSERT_EQ(::stat(inner->c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0700U);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(Running, a_fleet_keeps_another_of_the_same_configuration_away) {
  const Result<RunFolder> first = RunFolder::take(subject_.path().string());
  ASSERT_TRUE(first);
  const Result<RunFolder> second = RunFolder::take(subject_.path().string());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::already_exists);
  EXPECT_TRUE(std::filesystem::exists(first->path()));
}

TEST_F(Running, what_a_fleet_left_that_was_killed_is_removed_by_the_next) {
  const std::filesystem::path path = RunFolder::path_for(subject_.path().string());
  std::filesystem::create_directories(path / "postgres");
  std::ofstream(path / "postgres" / "left") << "over";
  const Result<RunFolder> folder = RunFolder::take(subject_.path().string());
  ASSERT_TRUE(folder) << folder.error().message;
  EXPECT_FALSE(std::filesystem::exists(path / "postgres"));
}

TEST_F(Running, a_fleet_is_asked_through_its_socket_and_answers_line_by_line) {
  std::filesystem::create_directory(subject_.path() / "control");
  const Result<ControlSocket> control = ControlSocket::listen(subject_.path() / "control");
  ASSERT_TRUE(control) << control.error().message;
  std::jthread fleet([&] {
    for (int answered = 0; answered < 2;) {
      const std::optional<ControlRequest> request = control->next();
      if (!request) continue;
      request->say("heard " + request->words());
      request->finish(answered++ == 0 ? Result<void>() : fail(Error(ErrorCode::invalid, "no").with_hint("try yes")));
    }
  });
  std::vector<std::string> lines;
  const auto hear = [&](std::string_view line) { lines.emplace_back(line); };
  EXPECT_TRUE(ask_fleet(subject_.path(), "scale 5", hear));
  const Result<void> refused = ask_fleet(subject_.path(), "scale 0", hear);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "no");
  EXPECT_EQ(refused.error().hint, "try yes");
  EXPECT_THAT(lines, ::testing::ElementsAre("heard scale 5", "heard scale 0"));
}

TEST_F(Running, without_a_fleet_whoever_asks_is_told_what_to_do) {
  const Result<void> asked = ask_fleet(subject_.path(), "status", [](std::string_view) {});
  ASSERT_FALSE(asked);
  EXPECT_THAT(asked.error().message, HasSubstr("No fleet of this configuration runs."));
  EXPECT_THAT(asked.error().hint, HasSubstr("banyan up"));
}

}  // namespace
}  // namespace banyan::fleet
