#pragma once

#include <algorithm>
#include <cstdint>

namespace banyan {

/// How far a client has seen: all that it wrote and was shown lies at or before this. A read that brings one is
/// answered only by something that is as far. The parts count for themselves; 0 is "nothing yet" in each.
struct Position {
  std::uint64_t cache = 0;   ///< The shared cache that `raised` counts in: a number that dies with its memory.
  std::uint64_t raised = 0;  ///< How many raises of that cache.
  std::uint64_t system = 0;  ///< The database that `timeline` and `lsn` are of.
  std::uint32_t timeline = 0;
  std::uint64_t lsn = 0;  ///< Its log up to here, in bytes; only to be compared within one timeline.
  /// Until then, in microseconds since 1970, only the database's primary answers: the client was shown a record that
  /// could not be made known to the cache.
  std::int64_t hold_until = 0;

  bool empty() const noexcept { return cache == 0 && system == 0 && hold_until == 0; }
  bool operator==(const Position&) const = default;

  /// Whether whoever has seen `other` has seen all of this.
  bool is_behind(const Position& other) const noexcept {
    const bool in_cache = cache == 0 || (cache == other.cache && raised <= other.raised);
    const bool in_database = system == 0 || (system == other.system && timeline == other.timeline && lsn <= other.lsn);
    return in_cache && in_database && hold_until <= other.hold_until;
  }

  /// Goes on to what `other` has seen. Of another cache or another timeline, which answered only after it had made sure
  /// that it is not behind, its own count is taken.
  void fold(const Position& other) noexcept {
    fold_cache(other.cache, other.raised);
    fold_database(other);
    hold_until = std::max(hold_until, other.hold_until);
  }

  void fold_cache(std::uint64_t other_cache, std::uint64_t other_raised) noexcept {
    if (other_cache == 0) return;
    raised = other_cache == cache ? std::max(raised, other_raised) : other_raised;
    cache = other_cache;
  }

 private:
  void fold_database(const Position& other) noexcept {
    if (other.system == 0) return;
    const bool same = other.system == system && other.timeline == timeline;
    lsn = same ? std::max(lsn, other.lsn) : other.lsn;
    system = other.system;
    timeline = other.timeline;
  }
};

}  // namespace banyan
