#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "tests/histories/history.hpp"

namespace banyan::histories {

/// Where a history breaks a promise, in words; empty where it keeps it. None has more than `violations_max`.
using Violations = std::vector<std::string>;
inline constexpr std::size_t violations_max = 10;

/// A read that began after a change was acknowledged shows that change or a later one.
Violations older_than_acknowledged(const History& history);

/// No client is shown less of a key than it has changed or been shown before.
Violations older_than_seen(const History& history);

/// What is shown was written, by a change that had begun.
Violations never_written(const History& history);

/// How long ago what reads showed had been replaced by an acknowledged change.
struct Staleness {
  std::size_t reads = 0;
  std::size_t stale = 0;
  std::chrono::microseconds median{}, p99{}, worst{};  ///< Over all reads: 0 for those that were not stale.
};
Staleness staleness(const History& history);

}  // namespace banyan::histories
