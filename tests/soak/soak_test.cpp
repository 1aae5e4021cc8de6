#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "scenarios/http_client.hpp"
#include "scenarios/raw_connection.hpp"
#include "scenarios/requests.hpp"
#include "scenarios/scenario.hpp"

namespace banyan::scenarios {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr int clients = 6;
constexpr std::size_t mebibyte = 1024 * 1024;

// Bytes near those of a request: one that is whole, cut, repeated or bent at random.
std::string bent_request(std::mt19937& random) {
  static const std::string seeds[] = {
      "POST /users HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n\r\n{\"name\":\"A\"}",
      "POST /users HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
      "GET /users?age=gte.18&order=name.desc&limit=5 HTTP/1.1\r\nHost: a\r\n\r\n",
      "PATCH /users/1 HTTP/1.1\r\nHost: a\r\nIf-Match: \"1\"\r\nContent-Length: 2\r\n\r\n{}",
  };
  std::string bytes = seeds[random() % std::size(seeds)];
  for (unsigned i = 0; i < 1 + random() % 4; ++i) {
    const std::size_t at = random() % bytes.size();
    switch (random() % 4) {
      case 0: bytes[at] = static_cast<char>(random()); break;
      case 1: bytes.erase(at, random() % 8); break;
      case 2: bytes.insert(at, bytes.substr(at, random() % 64)); break;
      default: bytes.insert(at, 1 + random() % 3, "\r\n\0:,; "[random() % 7]); break;
    }
    if (bytes.empty()) bytes = "\r\n";
  }
  return bytes;
}

void send_bent(std::uint16_t port, std::mt19937& random) {
  RawConnection connection;
  if (!connection.connect(port)) return;
  connection.send(bent_request(random));
  if (random() % 2 == 0) connection.finish_sending();
  const auto response = connection.read_response(milliseconds(50));
  if (response) {
    EXPECT_NE(response->status, 500) << response->body;
  }
}

// Keeps the number of records about constant, so that growth of memory is not growth of data.
void send_good(HttpClient& client, std::mt19937& random) {
  const std::string id = std::to_string(1 + random() % 2000);
  Response response;
  switch (random() % 10) {
    case 0: response = client.send(put("/users/" + id, R"({"name":"Put"})")); break;
    case 1: response = client.send(patch("/users/" + id, R"({"age":)" + std::to_string(random() % 100) + "}")); break;
    case 2: response = client.get("/users?age=gte.50&order=age.desc&limit=20"); break;
    case 3: response = client.send(patch("/users/" + id, R"({"agee":1})")); break;
    case 4: response = client.get("/users?nmae=eq.x"); break;
    case 5: response = client.get("/metrics"); break;
    default: response = client.get("/users/" + id); break;
  }
  EXPECT_TRUE(response.status >= 200 && response.status < 500) << response.status << response.failure << response.body;
}

void load(std::uint16_t port, unsigned seed, steady_clock::time_point end, std::atomic<std::uint64_t>& requests) {
  std::mt19937 random(seed);
  HttpClient client(port);
  while (steady_clock::now() < end && !testing::Test::HasFailure()) {
    if (random() % 10 == 0) {
      send_bent(port, random);
    } else {
      send_good(client, random);
    }
    ++requests;
  }
}

TEST(Soak, a_mixed_load_with_bad_requests_does_not_make_it_grow) {
  const char* told = std::getenv("BANYAN_SOAK_SECONDS");
  const seconds length(told ? std::strtol(told, nullptr, 10) : 300);
  ServerProcess server(ServerSetup{.config = scenario_config()});
  server.start();
  HttpClient client(server.port());
  std::string batch = "[";
  for (int i = 0; i < 500; ++i) batch += std::string(i ? "," : "") + R"({"name":"Somebody","age":1})";
  for (int i = 0; i < 4; ++i) ASSERT_EQ(client.post("/users", batch + "]").status, 201);

  std::atomic<std::uint64_t> requests = 0;
  const auto began = steady_clock::now();
  std::vector<std::jthread> threads;
  for (unsigned i = 0; i < clients; ++i)
    threads.emplace_back([&, i] { load(server.port(), i + 1, began + length, requests); });
  // A fifth of the time to fill caches and arenas; then the figure may no longer rise.
  std::this_thread::sleep_until(began + length / 5);
  const std::size_t warm = server.resident_bytes();
  const std::size_t files = server.open_files();
  threads.clear();
  const std::size_t end = server.resident_bytes();
  std::cout << requests << " requests in " << length.count() << " s; resident " << static_cast<double>(warm) / mebibyte
            << " MiB after a fifth, " << static_cast<double>(end) / mebibyte << " MiB at the end\n";
  EXPECT_LT(end, warm + warm / 10 + mebibyte) << "it grows";
  EXPECT_LE(server.open_files(), files + 5);
  EXPECT_EQ(client.get("/health/ready").status, 200);
  EXPECT_EQ(server.terminate(), 0) << server.output();
}

}  // namespace
}  // namespace banyan::scenarios
