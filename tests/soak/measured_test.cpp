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

}  // namespace
}  // namespace banyan::scenarios
