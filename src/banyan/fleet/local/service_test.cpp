#include "banyan/fleet/local/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "banyan/fleet/local/testing_folder.hpp"

namespace banyan::fleet {
namespace {

using std::chrono::milliseconds;
using State = Service::State;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class KeptRunning : public ::testing::Test {
 protected:
  ServiceSetup setup(const std::string& script) {
    return {.name = "part",
            .what = "A part",
            .child = {.command = {"/bin/sh", "-c", script},
                      .environment = {{"PATH", "/usr/bin:/bin"}},
                      .folder = folder_.path(),
                      .output = folder_.path() / "output",
                      .run_as = {}},
            .ready = [this] { return ready_; },
            .stop_within = milliseconds(50)};
  }

  Service made(const std::string& script) {
    return Service(setup(script), [this](const std::string& line) { reports_.push_back(line); });
  }

  // Steps it, with its own idea of the time, until it is so.
  bool becomes(Service& service, State state) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (service.state() != state) {
      if (std::chrono::steady_clock::now() > until) return false;
      service.step(std::chrono::steady_clock::now() + ahead_);
      std::this_thread::yield();
    }
    return true;
  }

  testing::TestFolder folder_;
  bool ready_ = false;
  milliseconds ahead_{0};
  std::vector<std::string> reports_;
};

TEST_F(KeptRunning, a_part_is_starting_until_it_serves) {
  Service service = made("exec sleep 600");
  EXPECT_EQ(service.pid(), 0);
  ASSERT_TRUE(service.start());
  service.step(std::chrono::steady_clock::now());
  EXPECT_EQ(service.state(), State::starting);
  EXPECT_GT(service.pid(), 0);
  ready_ = true;
  EXPECT_TRUE(becomes(service, State::ready));
  EXPECT_THAT(reports_, IsEmpty());
}

TEST_F(KeptRunning, one_that_serves_no_more_is_reported_and_when_it_does_again) {
  Service service = made("exec sleep 600");
  ASSERT_TRUE(service.start());
  ready_ = true;
  ASSERT_TRUE(becomes(service, State::ready));
  ready_ = false;
  EXPECT_TRUE(becomes(service, State::unready));
  ready_ = true;
  EXPECT_TRUE(becomes(service, State::ready));
  EXPECT_THAT(reports_, ElementsAre("part is not ready.", "part is ready again."));
}

TEST_F(KeptRunning, one_that_ends_is_started_again_after_pauses_that_grow) {
  Service service = made("exit 3");
  ASSERT_TRUE(service.start());
  ASSERT_TRUE(becomes(service, State::waiting));
  EXPECT_EQ(service.pid(), 0);
  service.step(std::chrono::steady_clock::now());
  EXPECT_EQ(service.state(), State::waiting) << "its pause is not over";
  ahead_ = milliseconds(60'000);
  ASSERT_TRUE(becomes(service, State::starting));
  ASSERT_TRUE(becomes(service, State::waiting));
  EXPECT_EQ(service.restarts(), 1U);
  EXPECT_THAT(reports_, ElementsAre("part ended with code 3 and is started again in 100 ms.",
                                    "part ended with code 3 and is started again in 200 ms."));
}

TEST_F(KeptRunning, one_that_was_told_to_end_is_not_started_again) {
  Service service = made("exec sleep 600");
  ASSERT_TRUE(service.start());
  service.begin_stop();
  EXPECT_TRUE(becomes(service, State::stopped));
  EXPECT_THAT(reports_, IsEmpty());
}

TEST_F(KeptRunning, one_that_is_told_to_end_again_is_left_to_end_in_its_own_time) {
  ServiceSetup slow = setup("trap 'echo told' TERM; echo up; until [ -e leave ]; do sleep 0.01; done");
  slow.stop_within = std::chrono::minutes(1);
  Service service(std::move(slow), [](const std::string&) {});
  ASSERT_TRUE(service.start());
  while (service.output() != "up\n") std::this_thread::yield();
  service.begin_stop();
  while (service.output() != "up\ntold\n") std::this_thread::yield();
  service.begin_stop();
  std::ofstream(folder_.path() / "leave").close();
  EXPECT_TRUE(becomes(service, State::stopped));
  EXPECT_EQ(service.output(), "up\ntold\n");
}

TEST_F(KeptRunning, one_that_does_not_end_in_time_is_killed) {
  Service service = made("trap '' TERM; echo deaf; while true; do sleep 600; done");
  ASSERT_TRUE(service.start());
  while (service.output().find("deaf") == std::string::npos) std::this_thread::yield();
  service.begin_stop();
  EXPECT_TRUE(becomes(service, State::stopped));
}

}  // namespace
}  // namespace banyan::fleet
