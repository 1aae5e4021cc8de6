#pragma once

#include <atomic>
#include <cstddef>

#include "banyan/base/metrics.hpp"

namespace banyan::redis {

/// Counts what has no answer yet, so that it stays bounded; whatever was sent stays counted until the server has
/// answered it, also where nobody waits for that any more. Thread-safe.
class Admission {
 public:
  Admission(std::size_t count_max, std::size_t bytes_max, Gauge& shown)
      : count_max_(count_max), bytes_max_(bytes_max), shown_(shown) {}

  /// Whether all of them may enter; none does otherwise. What is larger than the bound on bytes enters alone.
  bool enter(std::size_t count, std::size_t bytes) noexcept {
    const std::size_t others = count_.fetch_add(count);
    const std::size_t other_bytes = bytes_.fetch_add(bytes);
    shown_.add(static_cast<std::int64_t>(count));
    if (others + count <= count_max_ && (other_bytes == 0 || other_bytes + bytes <= bytes_max_)) return true;
    leave(count, bytes);
    return false;
  }
  void leave(std::size_t count, std::size_t bytes) noexcept {
    count_ -= count;
    bytes_ -= bytes;
    shown_.add(-static_cast<std::int64_t>(count));
  }

 private:
  std::size_t count_max_;
  std::size_t bytes_max_;
  Gauge& shown_;
  std::atomic<std::size_t> count_ = 0;
  std::atomic<std::size_t> bytes_ = 0;
};

}  // namespace banyan::redis
