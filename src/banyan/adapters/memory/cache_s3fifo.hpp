#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "banyan/adapters/memory/cache_slot.hpp"

namespace banyan::memory {

/// Remembers which keys were evicted lately, by their hash; may forget some. 8 bytes a ghost. Thread safety: none.
class CacheGhosts {
 public:
  /// Makes room for at least `count` ghosts; forgets all when it has to grow.
  void make_room(std::size_t count);
  void remember(std::uint64_t hash) noexcept;
  bool remembers(std::uint64_t hash) const noexcept;
  std::size_t bytes() const noexcept { return cells_.size() * sizeof(Cell); }

 private:
  struct Cell {
    std::uint32_t fingerprint = 0;
    std::uint32_t time = 0;  ///< Of `now_`, when it was written.
  };
  static constexpr std::size_t bucket_cells = 4;
  std::size_t bucket_of(std::uint64_t hash) const noexcept;

  std::vector<Cell> cells_;  ///< Buckets of four; a power of two.
  std::uint32_t now_ = 0;    ///< Ghosts written so far.
};

/// Which value goes when room is needed: S3-FIFO (Yang, Zhang, Qiu, Yue, Rashmi: "FIFO queues are all you need for
/// cache eviction", SOSP 2023). New values wait in a small queue of a tenth of the bytes; only what is read more than
/// once there, or comes back soon after it was evicted, gets into the main queue, where each read buys another round.
/// Thread safety: none.
class S3Fifo {
 public:
  explicit S3Fifo(std::size_t bytes_max) noexcept : small_bytes_max_(bytes_max / 10) {}

  void insert(CacheSlot& slot);
  void erase(CacheSlot& slot) noexcept;
  /// The slot's value was replaced by one of another size.
  void resize(CacheSlot& slot, std::uint32_t bytes) noexcept;
  /// Takes the value that should go out of its queue; null when there is none. `entries` is how many are held.
  CacheSlot* evict(std::size_t entries);
  void clear() noexcept;
  std::size_t ghost_bytes() const noexcept { return ghosts_.bytes(); }

 private:
  CacheSlot* pass_small();
  CacheSlot* pass_main() noexcept;

  std::size_t small_bytes_max_;
  std::size_t small_bytes_ = 0;
  CacheQueue small_;
  CacheQueue main_;
  CacheGhosts ghosts_;
};

}  // namespace banyan::memory
