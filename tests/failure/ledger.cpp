#include "failure/ledger.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <optional>
#include <string_view>

namespace banyan::scenarios {
namespace {

constexpr int page_records = 1000;

struct Seen {
  std::int64_t id = 0;
  std::string name;
  std::int64_t value = 0;
};

// All that the server has, in pages.
std::vector<Seen> everything(HttpClient& client) {
  std::vector<Seen> all;
  std::int64_t last = 0;
  while (true) {
    const Response response =
        client.get("/entries?select=id,name,value&order=id&limit=" + std::to_string(page_records) + "&id=gt." +
                   std::to_string(last));
    EXPECT_EQ(response.status, 200) << response.body << response.failure;
    if (response.status != 200) return all;
    const boost::json::value page = boost::json::parse(response.body);
    for (const auto& record : page.as_array()) {
      const auto& members = record.as_object();
      all.push_back(
          {members.at("id").as_int64(), std::string(members.at("name").as_string()), members.at("value").as_int64()});
    }
    if (page.as_array().empty()) return all;
    last = all.back().id;
  }
}

bool contains(const Response& response, std::string_view text) { return response.body.find(text) != std::string::npos; }

std::optional<std::int64_t> value_in(const Response& response) {
  boost::system::error_code error;
  const boost::json::value body = boost::json::parse(response.body, error);
  if (error || !body.is_object() || !body.as_object().contains("value")) return std::nullopt;
  return body.as_object().at("value").as_int64();
}

bool is_possible(const Ledger::Entry& entry, std::int64_t value) {
  return value == entry.value || value == entry.attempted || entry.unknown.contains(value);
}

}  // namespace

const char* const ledger_collection = R"(
[collections.entries]
fields.name  = { type = "text", required = true }
fields.value = { type = "integer", default = 0 }
indexes = ["name"]
access.read   = "anyone"
access.create = "anyone"
access.update = "anyone"
access.delete = "anyone"
)";

Outcome outcome_of(const Response& response, int status) {
  if (response.status == status) return Outcome::done;
  if (response.status == 0) return Outcome::unknown;
  if (response.status == 503 && contains(response, R"("code":"40003")")) return Outcome::unknown;
  const bool refused =
      response.status == 503 && (contains(response, R"("code":"57P03")") || contains(response, R"("code":"57014")") ||
                                 contains(response, R"("code":"53400")"));
  EXPECT_TRUE(refused) << response.status << " instead of " << status << ": " << response.body;
  return Outcome::refused;
}

void Ledger::attempts_create(const std::string& name, int count) {
  const std::lock_guard lock(mutex_);
  created_[name].count = count;
}

void Ledger::ends_create(const std::string& name, Outcome outcome, std::int64_t id) {
  const std::lock_guard lock(mutex_);
  created_[name].outcome = outcome;
  if (outcome != Outcome::done || id == 0) return;
  entries_[id];
  ids_.push_back(id);
}

void Ledger::attempts_update(std::int64_t id, std::int64_t value) {
  const std::lock_guard lock(mutex_);
  entries_[id].attempted = value;
}

void Ledger::ends_update(std::int64_t id, std::int64_t value, Outcome outcome) {
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[id];
  if (outcome == Outcome::done) entry.value = value;
  if (outcome == Outcome::unknown) entry.unknown.insert(value);
  entry.attempted = entry.value;
}

void Ledger::attempts_delete(std::int64_t id) {
  const std::lock_guard lock(mutex_);
  entries_[id].may_be_deleted = true;
  ++deletes_attempted_;
}

void Ledger::ends_delete(std::int64_t id, Outcome outcome) {
  const std::lock_guard lock(mutex_);
  entries_[id].deleted = outcome == Outcome::done;
  entries_[id].may_be_deleted = outcome != Outcome::refused;
}

std::pair<std::int64_t, Ledger::Entry> Ledger::any_entry(std::uint64_t place) const {
  const std::lock_guard lock(mutex_);
  if (ids_.empty()) return {0, {}};
  const std::int64_t id = ids_[place % ids_.size()];
  return {id, entries_.at(id)};
}

Ledger::Entry Ledger::entry(std::int64_t id) const {
  const std::lock_guard lock(mutex_);
  return entries_.at(id);
}

std::size_t Ledger::entries() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

std::size_t Ledger::names() const {
  const std::lock_guard lock(mutex_);
  return created_.size();
}

void Ledger::expect_entry(std::int64_t id, const Entry& entry, const Response& response) const {
  if (entry.deleted) {
    EXPECT_EQ(response.status, 404) << "entry " << id << " came back";
    return;
  }
  if (response.status == 404 && entry.may_be_deleted) return;
  ASSERT_EQ(response.status, 200) << "entry " << id << " is lost: " << response.body;
  const std::int64_t value = value_in(response).value_or(-1);
  EXPECT_TRUE(is_possible(entry, value)) << "entry " << id << " is " << value << ", was acknowledged as " << entry.value
                                         << ", last sent as " << entry.attempted;
}

void Ledger::expect_kept(HttpClient& client) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [id, entry] : entries_) expect_entry(id, entry, client.get("/entries/" + std::to_string(id)));

  std::map<std::string, int> seen;
  for (const Seen& record : everything(client)) {
    ++seen[record.name];
    if (const auto known = entries_.find(record.id); known != entries_.end())
      EXPECT_TRUE(!known->second.deleted && is_possible(known->second, record.value))
          << "the list has entry " << record.id << " as " << record.value << ", which it cannot be";
    EXPECT_TRUE(created_.contains(record.name)) << "nobody sent " << record.name;
  }
  for (const auto& [name, created] : created_) {
    const int count = seen[name];
    // One record may have been deleted since, and expect_entry() has looked at it then.
    const bool gone = created.count == 1 && count == 0 && deletes_attempted_ > 0;
    const bool whole = count == created.count;
    if (created.outcome == Outcome::done) EXPECT_TRUE(whole || gone) << name << " is there " << count << " times";
    if (created.outcome == Outcome::refused) EXPECT_EQ(count, 0) << name << " was refused, and is there";
    if (created.outcome == Outcome::unknown)
      EXPECT_TRUE(whole || count == 0) << name << " is there " << count << " times of " << created.count;
  }
}

void expect_possible(std::int64_t id, const Ledger::Entry& before, const Ledger::Entry& after,
                     const Response& response) {
  if (response.status == 503 || response.status == 0) return;
  if (response.status == 404) {
    EXPECT_TRUE(after.may_be_deleted) << "entry " << id << " is told to be gone";
    return;
  }
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_FALSE(before.deleted) << "entry " << id << " was told though its deletion was acknowledged";
  const std::int64_t value = value_in(response).value_or(-1);
  // Values of an entry rise, so anything between is right; older ones only where a write may have come late.
  const bool between = value >= before.value && value <= std::max(after.attempted, after.value);
  EXPECT_TRUE(between || after.unknown.contains(value) || before.unknown.contains(value))
      << "entry " << id << " was told as " << value << ", acknowledged as " << before.value << " before and "
      << after.value << " after";
}

}  // namespace banyan::scenarios
