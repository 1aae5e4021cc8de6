#include "banyan/sql/workers.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <semaphore>

namespace banyan::sql {
namespace {

TEST(Workers, do_what_is_queued_before_they_stop) {
  std::atomic<int> done = 0;
  {
    Workers workers(2, 100);
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(workers.push([&](std::size_t thread) { done += thread < 2 ? 1 : 1000; }));
  }
  EXPECT_EQ(done, 100);
}

TEST(Workers, refuse_what_is_too_much) {
  std::counting_semaphore<> begun(0);
  std::counting_semaphore<> go(0);
  Workers workers(1, 1);
  ASSERT_TRUE(workers.push([&](std::size_t) { begun.release(), go.acquire(); }));
  begun.acquire();
  EXPECT_TRUE(workers.push([](std::size_t) {}));
  EXPECT_FALSE(workers.push([](std::size_t) {}));
  go.release();
}

TEST(Workers, refuse_what_comes_after_the_end) {
  Workers workers(1, 1);
  workers.stop();
  EXPECT_FALSE(workers.push([](std::size_t) {}));
}

}  // namespace
}  // namespace banyan::sql
