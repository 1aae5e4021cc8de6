#include "banyan/base/metrics.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace banyan {
namespace {

TEST(Counter, loses_no_count_between_threads) {
  Counter counter;
  std::vector<std::thread> threads;
  for (int t = 0; t < 12; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 10'000; ++i) counter.add();
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter.value(), 120'000U);
}

TEST(Histogram, a_bound_belongs_to_its_own_bucket) {
  const std::vector<std::uint64_t> bounds{10, 20};
  Histogram histogram(bounds, 1.0);
  for (const std::uint64_t value : {0, 10, 11, 20, 21, 1000}) histogram.observe(value);
  const Histogram::Snapshot snapshot = histogram.snapshot();
  EXPECT_EQ(snapshot.counts, (std::vector<std::uint64_t>{2, 2, 2}));
  EXPECT_EQ(snapshot.total, 6U);
  EXPECT_EQ(snapshot.sum, 1062U);
}

TEST(UnseenMetrics, the_same_name_and_labels_are_the_same_metric) {
  UnseenMetrics metrics;
  metrics.counter("a", "", {{"x", "1"}}).add(3);
  EXPECT_EQ(metrics.counter("a", "", {{"x", "1"}}).value(), 3U);
  EXPECT_EQ(metrics.counter("a", "", {{"x", "2"}}).value(), 0U);
}

}  // namespace
}  // namespace banyan
