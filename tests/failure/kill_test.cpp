#include <gtest/gtest.h>

#include <chrono>
#include <iostream>
#include <random>
#include <thread>

#include "failure/ledger.hpp"
#include "failure/load.hpp"
#include "scenarios/server_process.hpp"
#include "tests/servers/environment.hpp"

namespace banyan::scenarios {
namespace {

constexpr int writers = 8;

std::string config() { return "[database]\nurl = \"sqlite:app.db\"\n" + std::string(ledger_collection); }

TEST(Kill, at_any_moment_under_load_loses_nothing_acknowledged_and_leaves_nothing_half_done) {
  const std::uint64_t rounds = testkit::number_from_environment("BANYAN_KILL_ROUNDS", 3);
  std::mt19937 random(testkit::printed_seed());
  Ledger ledger;
  ServerProcess server(ServerSetup{.config = config()});
  for (std::uint64_t round = 0; round < rounds; ++round) {
    server.start();
    std::vector<std::jthread> threads;
    for (int i = 0; i < writers; ++i)
      threads.emplace_back([&ledger, port = server.port(), name = std::to_string(round) + "." + std::to_string(i),
                            seed = static_cast<unsigned>(random())] {
        Writer writer(port, ledger, name, seed);
        do {
          writer.step();
        } while (writer.answered());
      });
    // How long it lives is what is random here, not what a result waits for.
    std::this_thread::sleep_for(std::chrono::milliseconds(50 + random() % 700));
    server.kill();
    threads.clear();

    server.start();
    HttpClient client(server.port());
    ledger.expect_kept(client);
    ASSERT_FALSE(testing::Test::HasFailure()) << "round " << round << "\n" << server.output();
  }
  std::cout << rounds << " kills, " << ledger.entries() << " entries and " << ledger.names() << " creates looked at\n";
  EXPECT_GT(ledger.entries(), rounds);
}

}  // namespace
}  // namespace banyan::scenarios
