#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "scenarios/http_client.hpp"

namespace banyan::scenarios {

/// The collection that writers write to; to be put behind a [database] section, or alone.
extern const char* const ledger_collection;

/// What became of a write, as its client was told.
enum class Outcome {
  done,
  refused,  ///< Nothing was done, says the answer.
  unknown,  ///< It may have been done: no answer, or the answer says so.
};

/// The outcome of a write that should be answered with `status`. Fails the test for an answer that is none of
/// docs/errors.md for a database in trouble.
Outcome outcome_of(const Response& response, int status);

/// What clients were told, and whether the database agrees. Thread safe.
///
/// A write whose outcome is unknown may take effect at any later time too: its server may have been frozen.
class Ledger {
 public:
  /// What an entry may be.
  struct Entry {
    std::int64_t value = 0;          ///< The last acknowledged.
    std::int64_t attempted = 0;      ///< The last sent.
    std::set<std::int64_t> unknown;  ///< Sent, with an unknown outcome.
    bool deleted = false;            ///< Acknowledged.
    bool may_be_deleted = false;     ///< Sent.
  };

  /// One record or a batch of `count`, whose records are known by `name`.
  void attempts_create(const std::string& name, int count);
  void ends_create(const std::string& name, Outcome outcome, std::int64_t id);
  void attempts_update(std::int64_t id, std::int64_t value);
  void ends_update(std::int64_t id, std::int64_t value, Outcome outcome);
  void attempts_delete(std::int64_t id);
  void ends_delete(std::int64_t id, Outcome outcome);

  /// A copy of what is known of one of the entries; `place` in any range. Nothing yet: id 0.
  std::pair<std::int64_t, Entry> any_entry(std::uint64_t place) const;
  Entry entry(std::int64_t id) const;

  std::size_t entries() const;
  std::size_t names() const;

  /// Fails the test unless what the server has is what clients were told: every acknowledged write there, every refused
  /// one not, every unknown one there once or not, every batch whole or not there.
  void expect_kept(HttpClient& client) const;

 private:
  struct Created {
    int count = 1;
    Outcome outcome = Outcome::unknown;
  };

  void expect_entry(std::int64_t id, const Entry& entry, const Response& response) const;

  mutable std::mutex mutex_;
  std::map<std::int64_t, Entry> entries_;
  std::vector<std::int64_t> ids_;
  std::map<std::string, Created> created_;
  std::int64_t deletes_attempted_ = 0;
};

/// Fails the test when an answer to reading this entry cannot be: `before` is what was known before it was asked for,
/// `after` when the answer had come.
void expect_possible(std::int64_t id, const Ledger::Entry& before, const Ledger::Entry& after,
                     const Response& response);

}  // namespace banyan::scenarios
