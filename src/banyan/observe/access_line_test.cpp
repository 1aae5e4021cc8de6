#include "banyan/observe/access_line.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <limits>
#include <string>

namespace banyan::observe {
namespace {

AccessEntry example() {
  return {.at = 1'700'000'000'042'999,
          .duration_us = 1'234,
          .method = "GET",
          .target = "/users/1?select=name",
          .route = "/users/{id}",
          .status = 200,
          .bytes_in = 0,
          .bytes_out = 93,
          .request_id = "0123456789abcdef",
          .remote = "127.0.0.1:40312"};
}

std::string json_line(const AccessEntry& entry) {
  std::string out(max_access_line_bytes, '\0');
  SecondText seconds;
  out.resize(write_json_line(out.data(), entry, seconds));
  return out;
}

std::string text_line(const AccessEntry& entry, bool colour) {
  std::string out(max_access_line_bytes, '\0');
  SecondText seconds;
  out.resize(write_text_line(out.data(), entry, seconds, colour));
  return out;
}

TEST(AccessLine, a_request_is_one_json_object_a_line) {
  EXPECT_EQ(json_line(example()),
            R"({"ts":"2023-11-14T22:13:20.042Z","method":"GET","target":"/users/1?select=name",)"
            R"("route":"/users/{id}","status":200,"duration_ms":1.234,"bytes_in":0,"bytes_out":93,)"
            R"("request_id":"0123456789abcdef","remote":"127.0.0.1:40312"})"
            "\n");
}

TEST(AccessLine, a_person_reads_the_same_in_columns) {
  EXPECT_EQ(text_line(example(), false),
            "22:13:20.042  200  GET /users/1?select=name                  1.234 ms  93 B  127.0.0.1:40312  "
            "0123456789abcdef\n");
  EXPECT_TRUE(text_line(example(), true).contains("\033[32m200\033[0m"));
}

TEST(AccessLine, a_long_target_is_cut_and_marked) {
  const std::string target = "/users?q=" + std::string(10'000, 'a');
  AccessEntry entry = example();
  entry.target = target;
  const boost::json::value line = boost::json::parse(json_line(entry));
  EXPECT_EQ(line.at("target").as_string(), target.substr(0, max_logged_target_bytes) + "…");
}

TEST(AccessLine, the_worst_request_fits_and_stays_one_line) {
  const std::string bad(100'000, '\x01');
  const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  const AccessEntry entry{.at = std::numeric_limits<UnixMicros>::max(),
                          .duration_us = most,
                          .method = bad,
                          .target = bad,
                          .route = bad,
                          .status = -1,
                          .bytes_in = most,
                          .bytes_out = most,
                          .request_id = bad,
                          .remote = bad};
  for (const std::string& line : {json_line(entry), text_line(entry, true)}) {
    EXPECT_LE(line.size(), max_access_line_bytes);
    EXPECT_EQ(line.find('\n'), line.size() - 1);
  }
  EXPECT_EQ(boost::json::parse(json_line(entry)).at("ts").as_string(), "9999-12-31T23:59:59.999Z");
}

TEST(AccessLine, no_request_can_forge_a_line) {
  AccessEntry entry = example();
  entry.target = "/x\r\n{\"ts\":\"forged\"}\n\xe2\x80\xa8";
  entry.request_id = "a\",\"status\":500,\"x\":\"\x1b[2K";
  for (const bool colour : {false, true}) {
    const std::string line = text_line(entry, colour);
    EXPECT_EQ(line.find_first_of("\r\n"), line.size() - 1);
    EXPECT_FALSE(line.contains("\x1b[2K"));
  }
  const std::string line = json_line(entry);
  EXPECT_EQ(line.find_first_of("\r\n"), line.size() - 1);
  const boost::json::value parsed = boost::json::parse(line);
  EXPECT_EQ(parsed.at("status").as_int64(), 200);
  EXPECT_EQ(parsed.at("request_id").as_string(), entry.request_id);
}

TEST(AccessLine, the_second_is_right_when_it_goes_on_and_when_it_goes_back) {
  SecondText seconds;
  const auto at = [&](std::int64_t second) { return std::string(seconds.of(second), 19); };
  EXPECT_EQ(at(0), "1970-01-01T00:00:00");
  EXPECT_EQ(at(951'782'399), "2000-02-28T23:59:59");
  EXPECT_EQ(at(951'782'400), "2000-02-29T00:00:00");
  EXPECT_EQ(at(951'782'399), "2000-02-28T23:59:59");
}

}  // namespace
}  // namespace banyan::observe
