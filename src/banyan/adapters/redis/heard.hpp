#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "banyan/core/record.hpp"

namespace banyan::redis {

/// Which raises the stream has told of lately, as far as there is room: what is known here need not be raised again.
/// Thread-safe.
class Heard {
 public:
  Heard() : entries_(entries_count) {}

  void note(std::string_view key, Version version, std::uint64_t sequence);
  /// The sequence at which the key was raised to the version or past it.
  std::optional<std::uint64_t> find(std::string_view key, Version version) const;
  void clear();

 private:
  static constexpr std::size_t entries_count = 1U << 15;
  struct Entry {
    std::uint64_t key = 0;  ///< Its hash.
    Version version = 0;
    std::uint64_t sequence = 0;
  };
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
};

}  // namespace banyan::redis
