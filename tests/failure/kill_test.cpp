#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <mutex>
#include <random>
#include <thread>

#include "scenarios/http_client.hpp"
#include "scenarios/requests.hpp"
#include "scenarios/server_process.hpp"

namespace banyan::scenarios {
namespace {

using std::chrono::milliseconds;

constexpr int writers = 8;
constexpr int batch_size = 3;

const char* const config = R"(
[database]
url = "sqlite:app.db"

[collections.entries]
fields.writer = { type = "integer", required = true }
fields.number = { type = "integer", required = true }
fields.batch  = { type = "text" }
fields.value  = { type = "integer", default = 0 }
indexes = [["batch"]]
access.read   = "anyone"
access.create = "anyone"
access.update = "anyone"
access.delete = "anyone"
)";

// What clients were told. An entry stands here only once its answer was read whole.
class Ledger {
 public:
  struct Entry {
    std::int64_t value = 0;      ///< The last acknowledged.
    std::int64_t attempted = 0;  ///< The last sent, perhaps never acknowledged.
    bool deleted = false;        ///< Acknowledged.
    bool delete_attempted = false;
  };

  void created(std::int64_t id) {
    const std::lock_guard lock(mutex_);
    entries_[id];
  }
  void attempts(std::int64_t id, std::int64_t value) {
    const std::lock_guard lock(mutex_);
    entries_[id].attempted = value;
  }
  void updated(std::int64_t id, std::int64_t value) {
    const std::lock_guard lock(mutex_);
    entries_[id].value = value;
  }
  void attempts_delete(std::int64_t id) {
    const std::lock_guard lock(mutex_);
    entries_[id].delete_attempted = true;
  }
  void deleted(std::int64_t id) {
    const std::lock_guard lock(mutex_);
    entries_[id].deleted = true;
  }
  void sent_batch(const std::string& name) {
    const std::lock_guard lock(mutex_);
    batches_[name] = false;
  }
  void acknowledged_batch(const std::string& name) {
    const std::lock_guard lock(mutex_);
    batches_[name] = true;
  }
  const std::map<std::int64_t, Entry>& entries() const { return entries_; }
  const std::map<std::string, bool>& batches() const { return batches_; }

 private:
  std::mutex mutex_;
  std::map<std::int64_t, Entry> entries_;
  std::map<std::string, bool> batches_;  ///< Name, and whether it was acknowledged.
};

std::int64_t id_of(const Response& response) {
  const std::string location = response.header("location").value_or("/entries/0");
  std::int64_t id = 0;
  std::from_chars(location.data() + std::string_view("/entries/").size(), location.data() + location.size(), id);
  return id;
}

// Writes until the server is gone: creates, batches, and changes of what this writer made.
class Writer {
 public:
  Writer(std::uint16_t port, Ledger& ledger, int number, unsigned seed)
      : client_(port), ledger_(ledger), number_(number), random_(seed) {}

  void run() {
    while (step()) {
    }
  }

 private:
  bool step() {
    switch (mine_.empty() ? 0 : random_() % 6) {
      case 0:
      case 1: return create();
      case 2: return create_batch();
      case 5: return random_() % 4 == 0 ? remove_one() : update();
      default: return update();
    }
  }

  std::string entry(const std::string& batch = {}) {
    std::string text = R"({"writer":)" + std::to_string(number_) + R"(,"number":)" + std::to_string(count_++);
    if (!batch.empty()) text += R"(,"batch":")" + batch + "\"";
    return text + "}";
  }

  bool create() {
    const Response response = client_.post("/entries", entry());
    if (response.status == 0) return false;
    EXPECT_EQ(response.status, 201) << response.body;
    mine_.push_back(id_of(response));
    ledger_.created(mine_.back());
    return true;
  }

  bool create_batch() {
    const std::string name = std::to_string(number_) + "-" + std::to_string(count_) + "-" + std::to_string(random_());
    std::string body = "[" + entry(name);
    for (int i = 1; i < batch_size; ++i) body += "," + entry(name);
    ledger_.sent_batch(name);
    const Response response = client_.post("/entries", body + "]");
    if (response.status == 0) return false;
    EXPECT_EQ(response.status, 201) << response.body;
    ledger_.acknowledged_batch(name);
    return true;
  }

  bool update() {
    const std::int64_t id = mine_[random_() % mine_.size()];
    const std::int64_t value = ++value_;
    ledger_.attempts(id, value);
    const Response response =
        client_.send(patch("/entries/" + std::to_string(id), R"({"value":)" + std::to_string(value) + "}"));
    if (response.status == 0) return false;
    EXPECT_EQ(response.status, 200) << response.body;
    ledger_.updated(id, value);
    return true;
  }

  bool remove_one() {
    const std::size_t place = random_() % mine_.size();
    const std::int64_t id = mine_[place];
    mine_.erase(mine_.begin() + static_cast<std::ptrdiff_t>(place));
    ledger_.attempts_delete(id);
    const Response response = client_.send(remove("/entries/" + std::to_string(id)));
    if (response.status == 0) return false;
    EXPECT_EQ(response.status, 204) << response.body;
    ledger_.deleted(id);
    return true;
  }

  HttpClient client_;
  Ledger& ledger_;
  int number_;
  std::mt19937 random_;
  std::vector<std::int64_t> mine_;
  std::int64_t count_ = 0;
  std::int64_t value_ = 0;
};

std::int64_t value_in(const std::string& body) {
  constexpr std::string_view member = "\"value\":";
  const std::size_t at = body.find(member);
  std::int64_t value = -1;
  if (at != std::string::npos) std::from_chars(body.data() + at + member.size(), body.data() + body.size(), value);
  return value;
}

void expect_entries_kept(HttpClient& client, const Ledger& ledger) {
  for (const auto& [id, entry] : ledger.entries()) {
    const Response response = client.get("/entries/" + std::to_string(id));
    if (entry.deleted) {
      EXPECT_EQ(response.status, 404) << "entry " << id << " came back";
      continue;
    }
    if (response.status == 404 && entry.delete_attempted) continue;
    ASSERT_EQ(response.status, 200) << "entry " << id << " is lost: " << response.body;
    const std::int64_t value = value_in(response.body);
    EXPECT_TRUE(value == entry.value || value == entry.attempted)
        << "entry " << id << " is " << value << ", was acknowledged as " << entry.value << ", last sent as "
        << entry.attempted;
  }
}

void expect_batches_whole(HttpClient& client, const Ledger& ledger) {
  for (const auto& [name, acknowledged] : ledger.batches()) {
    const std::string body = client.get("/entries?select=number&batch=eq." + name).body;
    const auto count = static_cast<int>(std::ranges::count(body, '{'));
    EXPECT_TRUE(count == batch_size || (count == 0 && !acknowledged))
        << "batch " << name << " has " << count << " of " << batch_size << ", acknowledged: " << acknowledged;
  }
}

unsigned fresh_seed() { return static_cast<unsigned>(std::chrono::steady_clock::now().time_since_epoch().count()); }

unsigned environment_number(const char* name, unsigned otherwise) {
  const char* text = std::getenv(name);
  return text ? static_cast<unsigned>(std::strtoul(text, nullptr, 10)) : otherwise;
}

TEST(Kill, at_any_moment_under_load_loses_nothing_acknowledged_and_leaves_nothing_half_done) {
  const unsigned rounds = environment_number("BANYAN_KILL_ROUNDS", 3);
  const unsigned seed = environment_number("BANYAN_SEED", fresh_seed());
  std::cout << "BANYAN_SEED=" << seed << "\n";
  std::mt19937 random(seed);
  Ledger ledger;
  ServerProcess server(ServerSetup{.config = config});
  for (unsigned round = 0; round < rounds; ++round) {
    server.start();
    std::vector<std::jthread> threads;
    for (int i = 0; i < writers; ++i)
      threads.emplace_back([port = server.port(), &ledger, i, seed = static_cast<unsigned>(random())] {
        Writer(port, ledger, i, seed).run();
      });
    // How long it lives is what is random here, not what a result waits for.
    std::this_thread::sleep_for(milliseconds(50 + random() % 700));
    server.kill();
    threads.clear();

    server.start();
    HttpClient client(server.port());
    expect_entries_kept(client, ledger);
    expect_batches_whole(client, ledger);
    ASSERT_FALSE(testing::Test::HasFailure()) << "round " << round << "\n" << server.output();
  }
  std::cout << rounds << " kills, " << ledger.entries().size() << " entries and " << ledger.batches().size()
            << " batches looked at\n";
  EXPECT_GT(ledger.entries().size(), rounds);
}

}  // namespace
}  // namespace banyan::scenarios
