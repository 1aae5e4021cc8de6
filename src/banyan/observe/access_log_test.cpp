#include "banyan/observe/access_log.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <set>
#include <string>

namespace banyan::observe {
namespace {

class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  }
  ~Pipe() {
    close_reader();
    close_writer();
  }
  int writer() const { return ends_[1]; }
  int reader() const { return ends_[0]; }
  void close_reader() { close_end(0); }
  void close_writer() { close_end(1); }
  /// Reads until the writer is closed.
  std::string read_all() const {
    std::string all;
    char bytes[65'536];
    for (ssize_t got; (got = ::read(ends_[0], bytes, sizeof bytes)) > 0;) all.append(bytes, static_cast<size_t>(got));
    return all;
  }

 private:
  void close_end(int end) {
    if (ends_[end] >= 0) ::close(ends_[end]);
    ends_[end] = -1;
  }
  int ends_[2] = {-1, -1};
};

class AccessLogTest : public testing::Test {
 protected:
  static AccessEntry entry(std::string_view id) {
    return {.at = 1'700'000'000'000'000, .method = "GET", .target = "/", .status = 200, .request_id = id};
  }
  std::uint64_t written() { return metrics_.counter("banyan_access_log_lines_total", "").value(); }
  std::uint64_t dropped() { return metrics_.counter("banyan_access_log_dropped_total", "").value(); }
  static std::set<std::string> ids_of(const std::string& lines) {
    std::set<std::string> ids;
    for (std::size_t at = 0; at < lines.size();) {
      const std::size_t end = lines.find('\n', at);
      EXPECT_NE(end, std::string::npos) << "a torn line";
      if (end == std::string::npos) break;
      const boost::json::value line = boost::json::parse(std::string_view(lines).substr(at, end - at));
      EXPECT_TRUE(ids.emplace(line.at("request_id").as_string()).second) << "a line twice";
      at = end + 1;
    }
    return ids;
  }

  UnseenMetrics metrics_;
  Pipe pipe_;
};

TEST_F(AccessLogTest, a_line_is_written_without_further_traffic) {
  BackgroundAccessLog log({.descriptor = pipe_.writer()}, metrics_);
  log.record(entry("one"));
  char bytes[4096];
  const ssize_t got = ::read(pipe_.reader(), bytes, sizeof bytes);  // Waits until it arrives.
  ASSERT_GT(got, 0);
  EXPECT_EQ(ids_of(std::string(bytes, static_cast<size_t>(got))), std::set<std::string>{"one"});
}

TEST_F(AccessLogTest, every_line_of_every_thread_arrives_once_and_whole_while_somebody_reads) {
  constexpr std::size_t threads = 8;
  constexpr std::size_t lines = 3'000;
  std::string all;
  std::thread reader([&] { all = pipe_.read_all(); });
  {
    // Three rings for eight threads; enough room for all of it.
    BackgroundAccessLog log({.descriptor = pipe_.writer(), .rings = 3, .ring_bytes = 16 * 1024 * 1024}, metrics_);
    std::vector<std::thread> writers;
    for (std::size_t i = 0; i < threads; ++i) {
      writers.emplace_back([&, i] {
        for (std::size_t n = 0; n < lines; ++n) log.record(entry(std::to_string(i) + "-" + std::to_string(n)));
      });
    }
    for (std::thread& writer : writers) writer.join();
  }
  pipe_.close_writer();
  reader.join();
  // A line may be dropped only when all three rings were held at that moment, and then it is counted.
  EXPECT_EQ(ids_of(all).size(), written());
  EXPECT_EQ(written() + dropped(), threads * lines);
}

TEST_F(AccessLogTest, one_thread_loses_nothing_while_somebody_reads) {
  std::string all;
  std::thread reader([&] { all = pipe_.read_all(); });
  {
    BackgroundAccessLog log({.descriptor = pipe_.writer(), .ring_bytes = 16 * 1024 * 1024}, metrics_);
    for (int n = 0; n < 20'000; ++n) log.record(entry(std::to_string(n)));
  }
  pipe_.close_writer();
  reader.join();
  EXPECT_EQ(ids_of(all).size(), 20'000u);
  EXPECT_EQ(written(), 20'000u);
  EXPECT_EQ(dropped(), 0u);
}

TEST_F(AccessLogTest, a_reader_that_stalls_costs_lines_that_are_counted_and_never_blocks_the_caller) {
  constexpr std::uint64_t lines = 20'000;
  std::string all;
  std::thread reader;
  {
    BackgroundAccessLog log({.descriptor = pipe_.writer(), .rings = 1, .ring_bytes = 64 * 1024}, metrics_);
    for (std::uint64_t n = 0; n < lines; ++n) log.record(entry(std::to_string(n)));  // Nobody reads.
    EXPECT_GT(dropped(), 0u);
    reader = std::thread([&] { all = pipe_.read_all(); });
  }
  pipe_.close_writer();
  reader.join();
  EXPECT_EQ(written() + dropped(), lines);
  EXPECT_EQ(ids_of(all).size(), written());
}

TEST_F(AccessLogTest, a_reader_that_stalls_for_ever_does_not_keep_the_log_from_ending) {
  {
    const std::chrono::milliseconds flush_time(20);
    BackgroundAccessLog log({.descriptor = pipe_.writer(), .rings = 1, .flush_time = flush_time}, metrics_);
    for (int n = 0; n < 20'000; ++n) log.record(entry("x"));
  }
  EXPECT_EQ(written() + dropped(), 20'000u);
  EXPECT_GT(dropped(), 0u);
}

TEST_F(AccessLogTest, a_reader_that_went_away_is_no_signal_and_its_lines_are_counted) {
  pipe_.close_reader();
  {
    BackgroundAccessLog log({.descriptor = pipe_.writer()}, metrics_);
    for (int n = 0; n < 100; ++n) log.record(entry("x"));
  }
  EXPECT_EQ(dropped(), 100u);
  EXPECT_EQ(written(), 0u);
}

TEST_F(AccessLogTest, a_full_disk_costs_lines_that_are_counted) {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  {
    BackgroundAccessLog log({.descriptor = full}, metrics_);
    for (int n = 0; n < 100; ++n) log.record(entry("x"));
  }
  EXPECT_EQ(dropped(), 100u);
  EXPECT_EQ(written(), 0u);
  ::close(full);
}

}  // namespace
}  // namespace banyan::observe
