#include "banyan/http/timer_wheel.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace banyan::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Alarm final : TimerWheel::Entry {
  void expire() override { ++times; }
  int times = 0;
};

struct WheelTest : testing::Test {
  SteadyTime now{seconds(1000)};
  TimerWheel wheel{now};
  Alarm alarm;

  void SetUp() override { wheel.add(alarm); }
  void advance(Duration by) { wheel.advance(now += by); }
};

TEST_F(WheelTest, an_entry_expires_once_after_its_deadline_and_never_before) {
  wheel.set_deadline(alarm, now + milliseconds(950));
  advance(milliseconds(949));
  EXPECT_EQ(alarm.times, 0);
  advance(milliseconds(201));
  EXPECT_EQ(alarm.times, 1);
  advance(seconds(500));
  EXPECT_EQ(alarm.times, 1);
}

TEST_F(WheelTest, the_last_deadline_counts_be_it_later_or_earlier) {
  wheel.set_deadline(alarm, now + seconds(10));
  wheel.set_deadline(alarm, now + seconds(20));
  advance(seconds(19));
  EXPECT_EQ(alarm.times, 0);
  wheel.set_deadline(alarm, now + milliseconds(300));
  advance(milliseconds(500));
  EXPECT_EQ(alarm.times, 1);
}

TEST_F(WheelTest, a_deadline_beyond_one_turn_of_the_wheel_holds) {
  wheel.set_deadline(alarm, now + seconds(1000));
  for (int i = 0; i < 999; ++i) advance(seconds(1));
  EXPECT_EQ(alarm.times, 0);
  advance(milliseconds(1200));
  EXPECT_EQ(alarm.times, 1);
}

TEST_F(WheelTest, a_long_sleep_expires_all_that_is_due) {
  std::vector<std::unique_ptr<Alarm>> alarms;
  for (int i = 0; i < 100; ++i) {
    alarms.push_back(std::make_unique<Alarm>());
    wheel.add(*alarms.back());
    wheel.set_deadline(*alarms.back(), now + seconds(3 * i));
  }
  advance(seconds(5000));
  for (const auto& each : alarms) {
    EXPECT_EQ(each->times, 1);
    wheel.remove(*each);
  }
  EXPECT_EQ(wheel.size(), 1U);
}

TEST_F(WheelTest, without_a_deadline_nothing_expires) {
  wheel.set_deadline(alarm, now + seconds(1));
  wheel.clear_deadline(alarm);
  advance(seconds(300));
  EXPECT_EQ(alarm.times, 0);
  wheel.remove(alarm);
  advance(seconds(300));
}

}  // namespace
}  // namespace banyan::http
