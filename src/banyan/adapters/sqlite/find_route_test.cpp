#include "banyan/adapters/sqlite/find_route.hpp"

#include <gtest/gtest.h>

namespace banyan::sqlite {
namespace {

constexpr std::int64_t microsecond = 1'000;

TEST(FindRoute, one_stall_moves_nothing) {
  Gauge gauge;
  FindRoute route(300, 60, gauge);
  for (int i = 0; i < 100; ++i) route.note(6 * microsecond);
  route.note(1'000'000 * microsecond);
  EXPECT_TRUE(route.in_place());
}

TEST(FindRoute, slow_finds_leave_the_calling_thread_and_return_only_when_they_are_fast_again) {
  Gauge gauge;
  FindRoute route(300, 60, gauge);
  for (int i = 0; i < 200; ++i) route.note(1'000 * microsecond);
  EXPECT_FALSE(route.in_place());
  EXPECT_EQ(gauge.value(), 1);
  for (int i = 0; i < 1'000; ++i) route.note(150 * microsecond);
  EXPECT_FALSE(route.in_place()) << "between the bounds nothing changes";
  for (int i = 0; i < 1'000; ++i) route.note(6 * microsecond);
  EXPECT_TRUE(route.in_place());
  EXPECT_EQ(gauge.value(), 0);
  for (int i = 0; i < 1'000; ++i) route.note(150 * microsecond);
  EXPECT_TRUE(route.in_place()) << "between the bounds nothing changes";
}

}  // namespace
}  // namespace banyan::sqlite
