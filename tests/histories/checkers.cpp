#include "tests/histories/checkers.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

namespace banyan::histories {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using Kind = Operation::Kind;

/// What the clients know of one key's states.
class Key {
 public:
  void add(const Operation& operation) {
    if (operation.kind == Kind::read) return;
    if (operation.kind == Kind::remove) removals_.push_back(&operation);
    if (operation.kind == Kind::write && operation.version != 0) writes_.emplace(operation.version, &operation);
    if (operation.outcome == Operation::Outcome::answered) acknowledged_.push_back(&operation);
  }
  void finish() {
    std::ranges::sort(acknowledged_, {}, [](const Operation* o) { return o->ended; });
    for (const Operation* const one : acknowledged_)
      newest_.push_back(newest_.empty() || newest_.back()->version < one->version ? one : newest_.back());
    by_version_ = acknowledged_;
    std::ranges::sort(by_version_, {}, [](const Operation* o) { return o->version; });
    first_ended_.resize(by_version_.size());
    for (std::size_t i = by_version_.size(); i-- > 0;)
      first_ended_[i] =
          i + 1 < by_version_.size() ? std::min(by_version_[i]->ended, first_ended_[i + 1]) : by_version_[i]->ended;
  }

  /// The newest change that was acknowledged before that moment; null: none was.
  const Operation* newest_before(Moment moment) const {
    const auto after = std::ranges::lower_bound(acknowledged_, moment, {}, [](const Operation* o) { return o->ended; });
    return after == acknowledged_.begin() ? nullptr
                                          : newest_[static_cast<std::size_t>(after - acknowledged_.begin()) - 1];
  }

  /// The first removal past that version that had begun by then: its version, 0 where that is not known; or nothing.
  std::optional<Version> removed_after(Version version, Moment by) const {
    std::optional<Version> first;
    for (const Operation* const one : removals_) {
      if (one->began > by || (one->version != 0 && one->version <= version)) continue;
      first = std::min(first.value_or(one->version), one->version);
    }
    return first;
  }
  Version last_removal(Moment by) const {
    Version last = 0;
    for (const Operation* const one : removals_)
      if (one->began <= by) last = std::max(last, one->version);
    return last;
  }

  const Operation* writer_of(Version version) const {
    const auto found = writes_.find(version);
    return found == writes_.end() ? nullptr : found->second;
  }

  /// When a change past that version was first acknowledged.
  std::optional<Moment> replaced(Version version) const {
    const auto next = std::ranges::upper_bound(by_version_, version, {}, [](const Operation* o) { return o->version; });
    if (next == by_version_.end()) return std::nullopt;
    return first_ended_[static_cast<std::size_t>(next - by_version_.begin())];
  }

 private:
  std::vector<const Operation*> removals_;
  std::map<Version, const Operation*> writes_;
  std::vector<const Operation*> acknowledged_;  ///< By when.
  std::vector<const Operation*> newest_;        ///< Of those up to here.
  std::vector<const Operation*> by_version_;
  std::vector<Moment> first_ended_;  ///< Of those from here on.
};

using Keys = std::map<std::size_t, Key>;

Keys keys_of(const History& history) {
  Keys keys;
  for (const Operation& operation : history) keys[operation.key].add(operation);
  for (auto& [number, key] : keys) key.finish();
  return keys;
}

std::string shown(const Operation& read) {
  std::ostringstream text;
  text << "client " << read.client << " was shown ";
  if (read.version == 0) {
    text << "no record";
  } else {
    text << "version " << read.version;
  }
  text << " of key " << read.key;
  return text.str();
}

void note(Violations& violations, std::string what) {
  if (violations.size() < violations_max) violations.push_back(std::move(what));
}

bool shows(const Key& key, const Operation& read, const Operation& change) {
  if (read.version != 0) return read.version >= change.version;
  return change.kind == Kind::remove || key.removed_after(change.version, read.ended).has_value();
}

/// What one client knows of one key.
struct Seen {
  Version version = 0;
  bool there = false;  ///< False: nothing, or that it is gone.
};

void learn(Seen& seen, const Key& key, const Operation& operation) {
  if (operation.kind != Kind::read) {
    if (operation.outcome != Operation::Outcome::answered) return;
    seen = {.version = operation.version, .there = operation.kind == Kind::write};
  } else if (operation.version != 0) {
    seen = {.version = operation.version, .there = true};
  } else if (seen.there) {
    const Version removed = key.removed_after(seen.version, operation.ended).value_or(0);
    seen = {.version = std::max(removed, seen.version), .there = false};
  }
}

bool goes_back(const Seen& seen, const Key& key, const Operation& read) {
  if (read.version != 0) return read.version < seen.version || (!seen.there && read.version == seen.version);
  return seen.there && !key.removed_after(seen.version, read.ended);
}

}  // namespace

Violations older_than_acknowledged(const History& history) {
  const Keys keys = keys_of(history);
  Violations violations;
  for (const Operation& read : history) {
    if (read.kind != Kind::read) continue;
    const Key& key = keys.at(read.key);
    const Operation* const change = key.newest_before(read.began);
    if (change == nullptr || shows(key, read, *change)) continue;
    const auto late = duration_cast<microseconds>(read.began - change->ended);
    note(violations, shown(read) + (change->kind == Kind::remove ? ", whose removal at " : ", whose version ") +
                         std::to_string(change->version) + " had been acknowledged " + std::to_string(late.count()) +
                         " µs before");
  }
  return violations;
}

Violations older_than_seen(const History& history) {
  const Keys keys = keys_of(history);
  std::map<std::pair<std::size_t, std::size_t>, Seen> known;
  Violations violations;
  for (const Operation& operation : history) {
    const Key& key = keys.at(operation.key);
    Seen& seen = known[{operation.client, operation.key}];
    if (operation.kind == Kind::read && goes_back(seen, key, operation)) {
      note(violations, shown(operation) + (seen.there ? ", after version " : ", after its removal at ") +
                           std::to_string(seen.version));
      continue;
    }
    learn(seen, key, operation);
  }
  return violations;
}

Violations never_written(const History& history) {
  const Keys keys = keys_of(history);
  Violations violations;
  for (const Operation& read : history) {
    if (read.kind != Kind::read || read.version == 0) continue;
    const Operation* const writer = keys.at(read.key).writer_of(read.version);
    if (writer == nullptr || writer->began > read.ended) note(violations, shown(read) + ", which nobody had written");
  }
  return violations;
}

Staleness staleness(const History& history) {
  const Keys keys = keys_of(history);
  Staleness result;
  std::vector<microseconds> ages;
  for (const Operation& read : history) {
    if (read.kind != Kind::read) continue;
    const Key& key = keys.at(read.key);
    const Version version = read.version != 0 ? read.version : key.last_removal(read.ended);
    const std::optional<Moment> replaced = key.replaced(version);
    const bool stale = replaced && *replaced < read.began;
    ages.push_back(stale ? duration_cast<microseconds>(read.began - *replaced) : microseconds(0));
    if (stale) ++result.stale;
  }
  result.reads = ages.size();
  if (ages.empty()) return result;
  std::ranges::sort(ages);
  result.median = ages[ages.size() / 2];
  result.p99 = ages[ages.size() * 99 / 100];
  result.worst = ages.back();
  return result;
}

}  // namespace banyan::histories
