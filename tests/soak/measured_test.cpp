#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <iostream>
#include <thread>
#include <vector>

#include "scenarios/http_client.hpp"
#include "scenarios/raw_connection.hpp"
#include "scenarios/requests.hpp"
#include "scenarios/scenario.hpp"

namespace banyan::scenarios {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t mebibyte = 1024 * 1024;
constexpr std::size_t connections = 10'000;
constexpr std::size_t files_needed = 12'000;

class Measured : public testing::Test {
 protected:
  void SetUp() override {
    if (built_with_sanitizer()) GTEST_SKIP() << "figures of a sanitized build mean nothing";
  }
};

TEST_F(Measured, ready_within_50_ms_of_the_start_on_an_existing_database) {
  ServerProcess server(ServerSetup{.config = scenario_config()});
  server.start();
  {
    HttpClient client(server.port());
    std::string batch = "[";
    for (int i = 0; i < 100; ++i) batch += std::string(i ? "," : "") + R"({"name":"Somebody"})";
    for (int i = 0; i < 100; ++i) ASSERT_EQ(client.post("/users", batch + "]").status, 201);
  }
  std::vector<std::int64_t> micros;
  for (int round = 0; round < 7; ++round) {
    ASSERT_EQ(server.terminate(), 0);
    micros.push_back(server.start().count());
  }
  std::ranges::sort(micros);
  std::cout << "start to ready, 10,000 records, 7 rounds: median " << micros[3] << " us, worst " << micros[6]
            << " us\n";
  EXPECT_LT(micros[3], 50'000);
}

TEST_F(Measured, idle_it_stays_under_20_mb) {
  ServerProcess server(ServerSetup{.config = scenario_config()});
  server.start();
  HttpClient client(server.port());
  ASSERT_EQ(client.send(alice()).status, 201);
  ASSERT_EQ(client.get("/users/1").status, 200);
  std::cout << "resident, idle: " << static_cast<double>(server.resident_bytes()) / mebibyte << " MiB\n";
  EXPECT_LT(server.resident_bytes(), 20'000'000U);
}

TEST_F(Measured, ten_thousand_idle_connections_stay_under_120_mb) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  if (files.rlim_max < files_needed) GTEST_SKIP() << "needs " << files_needed << " file handles";
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  ServerProcess server(ServerSetup{.config = scenario_config(), .open_files_max = files_needed});
  server.start();
  std::vector<RawConnection> idle(connections);
  for (RawConnection& connection : idle) {
    ASSERT_TRUE(connection.connect(server.port()));
    ASSERT_TRUE(connection.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n"));
    const auto response = connection.read_response(milliseconds(5000));
    ASSERT_TRUE(response && response->status == 200);
  }
  std::cout << "resident with " << connections
            << " idle connections: " << static_cast<double>(server.resident_bytes()) / mebibyte << " MiB\n";
  EXPECT_LT(server.resident_bytes(), 120'000'000U);
  ASSERT_TRUE(idle.back().send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_TRUE(idle.back().read_response(milliseconds(5000))) << "they are still served";
}

/// The median of many requests, in microseconds.
std::int64_t median_us(HttpClient& client, const std::string& target, std::size_t rounds) {
  std::vector<std::int64_t> took;
  for (std::size_t round = 0; round < rounds; ++round) {
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(client.get(target).status, 200) << target;
    took.push_back(
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began).count());
  }
  std::ranges::nth_element(took, took.begin() + static_cast<std::ptrdiff_t>(rounds / 2));
  return took[rounds / 2];
}

TEST_F(Measured, twenty_records_with_twenty_each_cost_at_most_three_times_the_two_lists) {
  ServerProcess server(ServerSetup{.config = scenario_config()});
  server.start();
  HttpClient client(server.port());
  for (int user = 1; user <= 100; ++user) {
    ASSERT_EQ(client.post("/users", R"({"name":"Somebody"})").status, 201);
    std::string posts = "[";
    for (int i = 0; i < 20; ++i)
      posts +=
          std::string(i ? "," : "") + R"({"title":"A title of some length","author":)" + std::to_string(user) + "}";
    ASSERT_EQ(client.post("/posts", posts + "]").status, 201);
  }
  std::vector<std::int64_t> tenths;  // of the two lists, in one run each, for the machine is not always as fast
  for (int round = 0; round < 7; ++round) {
    const std::int64_t users = median_us(client, "/users?limit=20", 100);
    const std::int64_t posts = median_us(client, "/posts?limit=400", 100);
    const std::int64_t both = median_us(client, "/users?limit=20&select=*,posts!author(*)", 100);
    std::cout << "20 users " << users << " us, 400 posts " << posts << " us, 20 users with 20 posts each " << both
              << " us\n";
    tenths.push_back(10 * both / (users + posts));
  }
  std::ranges::sort(tenths);
  EXPECT_LE(tenths[3], 30) << "tenths of the two lists";
}

}  // namespace
}  // namespace banyan::scenarios
