#include "failure/load.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <charconv>
#include <chrono>
#include <limits>
#include <string_view>

#include "scenarios/requests.hpp"

namespace banyan::scenarios {
namespace {

constexpr int batch_size = 3;
constexpr std::uint64_t lists_every = 4;
// Who was refused does not ask again at once.
constexpr auto refused_pause = std::chrono::milliseconds(2);

std::int64_t id_of(const Response& response) {
  const std::string location = response.header("location").value_or("/entries/0");
  std::int64_t id = 0;
  std::from_chars(location.data() + std::string_view("/entries/").size(), location.data() + location.size(), id);
  return id;
}

// Newest first, each once, whole.
void expect_possible_page(const Response& response) {
  if (response.status == 503 || response.status == 0) return;
  ASSERT_EQ(response.status, 200) << response.body;
  std::int64_t last = std::numeric_limits<std::int64_t>::max();
  for (const auto& record : boost::json::parse(response.body).as_array()) {
    const std::int64_t id = record.as_object().at("id").as_int64();
    EXPECT_LT(id, last) << response.body;
    EXPECT_EQ(record.as_object().size(), 3U) << response.body;
    last = id;
  }
}

std::string entry(const std::string& name) { return R"({"name":")" + name + "\"}"; }

}  // namespace

Outcome Writer::step() {
  switch (mine_.empty() ? 0 : random_() % 8) {
    case 0:
    case 1: return create();
    case 2: return create_batch();
    case 3: return remove_one();
    default: return update();
  }
}

Outcome Writer::learn(const Response& response, int status) {
  answered_ = response.status != 0;
  return outcome_of(response, status);
}

Outcome Writer::create() {
  const std::string name = name_ + "-" + std::to_string(count_++);
  ledger_.attempts_create(name, 1);
  const Response response = client_.post("/entries", entry(name));
  const Outcome outcome = learn(response, 201);
  const std::int64_t id = outcome == Outcome::done ? id_of(response) : 0;
  ledger_.ends_create(name, outcome, id);
  if (id != 0) mine_.push_back(id);
  return outcome;
}

Outcome Writer::create_batch() {
  const std::string name = name_ + "-" + std::to_string(count_++);
  std::string body = "[" + entry(name);
  for (int i = 1; i < batch_size; ++i) body += "," + entry(name);
  ledger_.attempts_create(name, batch_size);
  const Outcome outcome = learn(client_.post("/entries", body + "]"), 201);
  ledger_.ends_create(name, outcome, 0);
  return outcome;
}

Outcome Writer::update() {
  const std::int64_t id = mine_[random_() % mine_.size()];
  const std::int64_t value = ++value_;
  ledger_.attempts_update(id, value);
  const Response response =
      client_.send(patch("/entries/" + std::to_string(id), R"({"value":)" + std::to_string(value) + "}"));
  const Outcome outcome = learn(response, 200);
  ledger_.ends_update(id, value, outcome);
  return outcome;
}

Outcome Writer::remove_one() {
  const std::size_t place = random_() % mine_.size();
  const std::int64_t id = mine_[place];
  mine_.erase(mine_.begin() + static_cast<std::ptrdiff_t>(place));
  ledger_.attempts_delete(id);
  const Outcome outcome = learn(client_.send(remove("/entries/" + std::to_string(id))), 204);
  ledger_.ends_delete(id, outcome);
  return outcome;
}

Load::Load(std::uint16_t port, Ledger& ledger, int writers, int readers, std::uint64_t seed) {
  for (int i = 0; i < writers; ++i)
    threads_.emplace_back([=, this, &ledger, seed = seed + static_cast<unsigned>(i)] {
      write(port, ledger, "writer" + std::to_string(seed), seed);
    });
  for (int i = 0; i < readers; ++i)
    threads_.emplace_back(
        [=, this, &ledger, seed = seed + 1000 + static_cast<unsigned>(i)] { read(port, ledger, seed); });
}

void Load::stop() {
  stopping_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Load::write(std::uint16_t port, Ledger& ledger, std::string name, std::uint64_t seed) {
  Writer writer(port, ledger, std::move(name), seed);
  for (; !stopping_; ++writes_)
    if (writer.step() != Outcome::done) std::this_thread::sleep_for(refused_pause);
}

void Load::read(std::uint16_t port, const Ledger& ledger, std::uint64_t seed) {
  HttpClient client(port);
  std::mt19937 random(seed);
  for (; !stopping_; ++reads_) {
    if (reads_ % lists_every == 0)
      expect_possible_page(client.get("/entries?select=id,name,value&order=id.desc&limit=5"));
    const auto [id, before] = ledger.any_entry(random());
    if (id == 0) {
      std::this_thread::sleep_for(refused_pause);
      continue;
    }
    const Response response = client.get("/entries/" + std::to_string(id));
    expect_possible(id, before, ledger.entry(id), response);
    if (response.status != 200) std::this_thread::sleep_for(refused_pause);
  }
}

}  // namespace banyan::scenarios
