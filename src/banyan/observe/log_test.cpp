#include "banyan/observe/log.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <string>
#include <thread>
#include <vector>

namespace banyan::observe {
namespace {

class LogTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(::pipe2(ends_, O_CLOEXEC), 0); }
  void TearDown() override {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  OperatorLogOptions options(LogFormat format) const {
    return {.descriptor = ends_[1], .format = format, .patience = std::chrono::milliseconds(1)};
  }
  std::string read() const {
    std::string bytes(65'536, '\0');
    const ssize_t got = ::read(ends_[0], bytes.data(), bytes.size());
    bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return bytes;
  }
  std::uint64_t dropped() { return metrics_.counter("banyan_log_dropped_total", "").value(); }

  int ends_[2] = {-1, -1};
  ManualClock clock_;
  UnseenMetrics metrics_;
};

TEST_F(LogTest, an_event_is_one_json_object_a_line) {
  OperatorLog log(options(LogFormat::json), clock_, metrics_);
  log.info("listening", {{"address", "127.0.0.1:8080"}, {"message", "taken"}});
  EXPECT_EQ(read(), R"({"ts":"2023-11-14T22:13:20.000Z","level":"info","message":"listening",)"
                    R"("address":"127.0.0.1:8080","_message":"taken"})"
                    "\n");
}

TEST_F(LogTest, a_person_reads_words_and_pairs) {
  OperatorLog log(options(LogFormat::text), clock_, metrics_);
  log.warning("the disk is nearly full", {{"free", "12MB"}, {"path", "/var/my data"}});
  EXPECT_EQ(read(), "22:13:20.000  warning  the disk is nearly full  free=12MB  path=\"/var/my data\"\n");
}

TEST_F(LogTest, what_is_below_the_level_is_not_written) {
  OperatorLog log(options(LogFormat::json), clock_, metrics_);
  log.write(LogLevel::debug, "detail", {});
  log.error("after", {});
  EXPECT_EQ(boost::json::parse(read()).at("message").as_string(), "after");
}

TEST_F(LogTest, no_input_can_forge_a_line) {
  const std::string evil = "a\r\n{\"level\":\"error\"}\xe2\x80\xa8 \xc2\x85 \x1b[2J\" x=\"y\\ \xff";
  for (const LogFormat format : {LogFormat::json, LogFormat::text}) {
    OperatorLog log(options(format), clock_, metrics_);
    log.info(evil, {{evil, evil}});
    const std::string line = read();
    EXPECT_EQ(line.find_first_of("\r\n\x1b"), line.size() - 1) << line;
    EXPECT_FALSE(line.contains("\xe2\x80\xa8") || line.contains("\xc2\x85"));
    if (format == LogFormat::json) EXPECT_EQ(boost::json::parse(line).at("level").as_string(), "info");
  }
}

TEST_F(LogTest, a_long_value_is_cut_between_characters) {
  OperatorLogOptions short_ones = options(LogFormat::json);
  short_ones.text_bytes_max = 4;
  OperatorLog log(short_ones, clock_, metrics_);
  log.info("abcäö", {{"k", "abcd"}});
  const boost::json::value line = boost::json::parse(read());
  EXPECT_EQ(line.at("message").as_string(), "abc…");
  EXPECT_EQ(line.at("k").as_string(), "abcd");
}

TEST_F(LogTest, a_reader_that_stalls_costs_lines_that_are_counted) {
  OperatorLog log(options(LogFormat::json), clock_, metrics_);
  const std::string value(4'000, 'x');
  for (int i = 0; i < 100; ++i) log.info("event", {{"value", value}});
  EXPECT_GT(dropped(), 0u);
  const std::uint64_t before = dropped();
  while (read().size() == 65'536) {
  }
  log.info("again");
  EXPECT_EQ(dropped(), before);
}

TEST_F(LogTest, a_reader_that_went_away_is_no_signal) {
  ::close(ends_[0]);
  OperatorLog log(options(LogFormat::json), clock_, metrics_);
  log.info("event");
  EXPECT_EQ(dropped(), 1u);
  ends_[0] = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

TEST_F(LogTest, lines_of_many_threads_stay_whole) {
  OperatorLog log(options(LogFormat::json), clock_, metrics_);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 50; ++n) log.info("event", {{"n", std::to_string(n)}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string all = read();
  std::size_t lines = 0;
  for (std::size_t at = 0; at < all.size(); ++lines) {
    const std::size_t end = all.find('\n', at);
    ASSERT_NE(end, std::string::npos);
    EXPECT_NO_THROW(boost::json::parse(std::string_view(all).substr(at, end - at)));
    at = end + 1;
  }
  EXPECT_EQ(lines, 200u);
}

}  // namespace
}  // namespace banyan::observe
