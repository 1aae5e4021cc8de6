#include "banyan/observe/metrics_registry.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stdexcept>
#include <thread>

#include "banyan/observe/process_metrics.hpp"

namespace banyan::observe {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

constexpr std::array<std::uint64_t, 2> bounds{100, 1'000};

TEST(MetricsRegistry, shows_every_kind_as_prometheus_reads_it) {
  MetricsRegistry registry;
  registry.counter("banyan_reads_total", "Reads.", {{"collection", "users"}}).add(3);
  registry.counter("banyan_reads_total", "Reads.", {{"collection", "a\"b\\c\nd"}}).add();
  registry.gauge("banyan_connections", "Open connections.").set(-2);
  Histogram& latency = registry.histogram("banyan_latency_seconds", "Latency.", bounds, 1e-3, {{"route", "/users"}});
  latency.observe(100);
  latency.observe(101);
  latency.observe(5'000);
  registry.sample("banyan_cache_bytes", "Bytes.", Metrics::SampleKind::gauge, [] { return 1.5; });
  registry.sample("banyan_hits_total", "Hits.", Metrics::SampleKind::counter, [] { return 7.0; });
  EXPECT_EQ(registry.expose(), R"(# HELP banyan_cache_bytes Bytes.
# TYPE banyan_cache_bytes gauge
banyan_cache_bytes 1.5
# HELP banyan_connections Open connections.
# TYPE banyan_connections gauge
banyan_connections -2
# HELP banyan_hits_total Hits.
# TYPE banyan_hits_total counter
banyan_hits_total 7
# HELP banyan_latency_seconds Latency.
# TYPE banyan_latency_seconds histogram
banyan_latency_seconds_count{route="/users"} 3
banyan_latency_seconds_sum{route="/users"} 5.201
banyan_latency_seconds_bucket{route="/users",le="0.1"} 1
banyan_latency_seconds_bucket{route="/users",le="1"} 2
banyan_latency_seconds_bucket{route="/users",le="+Inf"} 3
# HELP banyan_reads_total Reads.
# TYPE banyan_reads_total counter
banyan_reads_total{collection="a\"b\\c\nd"} 1
banyan_reads_total{collection="users"} 3
)");
}

TEST(MetricsRegistry, the_ends_of_buckets_are_shown_as_a_person_writes_them) {
  MetricsRegistry registry;
  registry.histogram("h", "H.", latency_bounds_us(), 1e-6).observe(60'000'000);
  const std::string text = registry.expose();
  for (const char* end : {"5e-05", "0.0001", "0.00025", "0.0005", "0.001", "0.0025", "0.1", "2.5", "10"}) {
    EXPECT_THAT(text, HasSubstr("h_bucket{le=\"" + std::string(end) + "\"} 0\n"));
  }
  EXPECT_THAT(text, HasSubstr("h_bucket{le=\"+Inf\"} 1\n"));
}

TEST(MetricsRegistry, a_histogram_is_shown_from_its_first_observation_on) {
  MetricsRegistry registry;
  registry.counter("counted_total", "Counted.");
  registry.gauge("level", "Level.");
  Histogram& first = registry.histogram("h", "H.", bounds, 1, {{"route", "first"}});
  registry.histogram("h", "H.", bounds, 1, {{"route", "second"}});
  EXPECT_EQ(registry.expose(), R"(# HELP counted_total Counted.
# TYPE counted_total counter
counted_total 0
# HELP level Level.
# TYPE level gauge
level 0
)");
  first.observe(0);
  const std::string text = registry.expose();
  EXPECT_THAT(text, HasSubstr("h_count{route=\"first\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("second")));
}

TEST(MetricsRegistry, asking_twice_gives_the_same_object) {
  MetricsRegistry registry;
  Counter& first = registry.counter("a_total", "A.", {{"x", "1"}});
  EXPECT_EQ(&first, &registry.counter("a_total", "A.", {{"x", "1"}}));
  EXPECT_NE(&first, &registry.counter("a_total", "A.", {{"x", "2"}}));
  EXPECT_EQ(&registry.histogram("h", "H.", bounds, 1), &registry.histogram("h", "H.", bounds, 1));
}

TEST(MetricsRegistry, what_prometheus_would_not_take_is_refused) {
  MetricsRegistry registry;
  for (const char* name : {"", "1a", "a-b", "a b", "ä", "a\n"}) {
    EXPECT_THROW(registry.counter(name, "Help."), std::logic_error) << name;
  }
  for (const char* label : {"", "1a", "a-b", "a:b", "__a"}) {
    EXPECT_THROW(registry.counter("a_total", "Help.", {{label, "x"}}), std::logic_error) << label;
  }
  EXPECT_THROW(registry.histogram("h", "H.", bounds, 1, {{"le", "1"}}), std::logic_error);
  EXPECT_NO_THROW(registry.counter("a:b_C9_total", "Help.", {{"le", "1"}}));
}

TEST(MetricsRegistry, one_name_has_one_meaning) {
  MetricsRegistry registry;
  registry.counter("a_total", "A.");
  EXPECT_THROW(registry.gauge("a_total", "A."), std::logic_error);
  EXPECT_THROW(registry.counter("a_total", "Another."), std::logic_error);
  EXPECT_THROW(registry.sample("a_total", "A.", Metrics::SampleKind::counter, [] { return 0.0; }), std::logic_error);
  registry.histogram("h", "H.", bounds, 1);
  EXPECT_THROW(registry.histogram("h", "H.", bounds, 2), std::logic_error);
  EXPECT_THROW(registry.histogram("h", "H.", std::span(bounds).first(1), 1), std::logic_error);
  EXPECT_THROW(registry.histogram("g", "G.", std::array<std::uint64_t, 2>{5, 5}, 1), std::logic_error);
  registry.sample("s", "S.", Metrics::SampleKind::gauge, [] { return 0.0; });
  EXPECT_THROW(registry.sample("s", "S.", Metrics::SampleKind::gauge, [] { return 0.0; }), std::logic_error);
  EXPECT_THROW(registry.gauge("s", "S."), std::logic_error);
}

TEST(MetricsRegistry, a_sample_that_throws_is_left_out_and_spoils_nothing_else) {
  MetricsRegistry registry;
  registry.sample("bad", "Bad.", Metrics::SampleKind::gauge, []() -> double { throw std::runtime_error("no"); });
  registry.sample("good", "Good.", Metrics::SampleKind::gauge, [] { return 1.0; });
  const std::string text = registry.expose();
  EXPECT_THAT(text, HasSubstr("good 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("bad")));
}

TEST(MetricsRegistry, a_sample_may_ask_the_registry) {
  MetricsRegistry registry;
  registry.sample("s", "S.", Metrics::SampleKind::gauge,
                  [&] { return static_cast<double>(registry.counter("a_total", "A.").value()); });
  EXPECT_THAT(registry.expose(), HasSubstr("s 0\n"));
}

TEST(MetricsRegistry, counts_registers_and_is_scraped_from_many_threads) {
  MetricsRegistry registry;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      Counter& shared = registry.counter("shared_total", "Shared.");
      for (int n = 0; n < 200; ++n) {
        shared.add();
        registry.counter("own_total", "Own.", {{"n", std::to_string(n)}, {"i", std::to_string(i)}}).add();
        registry.histogram("h", "H.", bounds, 1).observe(static_cast<std::uint64_t>(n));
        if (n % 50 == 0) EXPECT_THAT(registry.expose(), HasSubstr("shared_total"));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(registry.expose(), HasSubstr("shared_total 800\n"));
  EXPECT_THAT(registry.expose(), HasSubstr("h_count 800\n"));
}

TEST(ProcessMetrics, the_process_can_be_seen) {
  MetricsRegistry registry;
  add_process_metrics(registry, {.version = "0.1.0", .compiler = "Clang"});
  const std::string text = registry.expose();
  EXPECT_THAT(text, HasSubstr("banyan_build_info{compiler=\"Clang\",version=\"0.1.0\"} 1\n"));
  for (const char* name : {"process_cpu_seconds_total", "process_resident_memory_bytes", "process_virtual_memory_bytes",
                           "process_open_fds", "process_max_fds", "process_threads", "process_start_time_seconds"}) {
    EXPECT_THAT(text, ContainsRegex("\n" + std::string(name) + " [0-9]")) << name;
  }
  EXPECT_THAT(text, ContainsRegex("process_start_time_seconds 1[0-9]{9}|process_start_time_seconds 1\\.[0-9]+e\\+09"));
}

TEST(ProcessMetrics, open_file_handles_are_counted) {
  MetricsRegistry registry;
  add_process_metrics(registry, {.version = "0.1.0", .compiler = "Clang"});
  const auto count = [&] {
    const std::string text = registry.expose();
    return std::stoi(text.substr(text.find("\nprocess_open_fds ") + 18));
  };
  struct stat folder{};
  if (::stat("/proc/self/fd", &folder) != 0 || folder.st_size == 0) GTEST_SKIP() << "counted once a second here";
  const int before = count();
  const int opened = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  EXPECT_EQ(count(), before + 1);
  ::close(opened);
  EXPECT_EQ(count(), before);
}

}  // namespace
}  // namespace banyan::observe
