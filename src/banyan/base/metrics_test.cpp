#include "banyan/base/metrics.hpp"

#include <gtest/gtest.h>

#include <barrier>
#include <memory>
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

TEST(Histogram, loses_no_figure_of_two_threads_that_begin_at_once) {
  constexpr int rounds = 5'000;
  const std::vector<std::uint64_t> bounds{10};
  std::vector<std::unique_ptr<Histogram>> histograms;
  for (int round = 0; round < rounds; ++round) histograms.push_back(std::make_unique<Histogram>(bounds, 1.0));
  EXPECT_EQ(histograms.front()->snapshot().total, 0U) << "before the first";
  // Stripes go round: of more threads than there are, some meet.
  std::barrier together(metric_stripes + 1);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < metric_stripes + 1; ++t)
    threads.emplace_back([&] {
      for (const auto& histogram : histograms) {
        together.arrive_and_wait();
        histogram->observe(20);
      }
    });
  for (std::thread& thread : threads) thread.join();
  for (const auto& histogram : histograms) {
    ASSERT_EQ(histogram->snapshot().total, metric_stripes + 1);
    ASSERT_EQ(histogram->snapshot().sum, 20 * (metric_stripes + 1));
  }
}

TEST(UnseenMetrics, the_same_name_and_labels_are_the_same_metric) {
  UnseenMetrics metrics;
  metrics.counter("a", "", {{"x", "1"}}).add(3);
  EXPECT_EQ(metrics.counter("a", "", {{"x", "1"}}).value(), 3U);
  EXPECT_EQ(metrics.counter("a", "", {{"x", "2"}}).value(), 0U);
}

}  // namespace
}  // namespace banyan
