#include "banyan/adapters/memory/cache_s3fifo.hpp"

#include <algorithm>
#include <bit>

namespace banyan::memory {
namespace {

constexpr std::uint8_t uses_to_stay = 2;
constexpr std::size_t ghosts_max = std::size_t{1} << 24;

constexpr std::uint32_t fingerprint_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }

}  // namespace

void CacheGhosts::make_room(std::size_t count) {
  const std::size_t wanted = std::bit_ceil(std::clamp(count, bucket_cells, ghosts_max));
  if (wanted <= cells_.size()) return;
  cells_.assign(wanted, Cell());
  now_ = static_cast<std::uint32_t>(wanted);  // so that an empty cell is too old to count
}

std::size_t CacheGhosts::bucket_of(std::uint64_t hash) const noexcept {
  return (hash >> 8) & (cells_.size() - 1) & ~(bucket_cells - 1);
}

void CacheGhosts::remember(std::uint64_t hash) noexcept {
  if (cells_.empty()) return;
  ++now_;
  Cell* const bucket = &cells_[bucket_of(hash)];
  Cell* oldest = bucket;
  for (Cell* cell = bucket; cell < bucket + bucket_cells; ++cell)
    if (now_ - cell->time > now_ - oldest->time) oldest = cell;
  *oldest = Cell{fingerprint_of(hash), now_};
}

bool CacheGhosts::remembers(std::uint64_t hash) const noexcept {
  if (cells_.empty()) return false;
  const Cell* const bucket = &cells_[bucket_of(hash)];
  for (const Cell* cell = bucket; cell < bucket + bucket_cells; ++cell)
    if (cell->fingerprint == fingerprint_of(hash) && now_ - cell->time < cells_.size()) return true;
  return false;
}

void S3Fifo::insert(CacheSlot& slot) {
  slot.uses = 0;
  if (ghosts_.remembers(slot.hash)) {
    slot.queue = CacheSlot::Queue::main;
    main_.push_front(slot);
    return;
  }
  slot.queue = CacheSlot::Queue::small;
  small_.push_front(slot);
  small_bytes_ += slot.bytes;
}

void S3Fifo::erase(CacheSlot& slot) noexcept {
  if (slot.queue == CacheSlot::Queue::main) {
    main_.erase(main_.iterator_to(slot));
    return;
  }
  small_.erase(small_.iterator_to(slot));
  small_bytes_ -= slot.bytes;
}

void S3Fifo::resize(CacheSlot& slot, std::uint32_t bytes) noexcept {
  if (slot.queue == CacheSlot::Queue::small) small_bytes_ += std::size_t{bytes} - slot.bytes;
  slot.bytes = bytes;
}

CacheSlot* S3Fifo::evict(std::size_t entries) {
  ghosts_.make_room(entries);
  while (!small_.empty() || !main_.empty()) {
    const bool from_small = !small_.empty() && (small_bytes_ >= small_bytes_max_ || main_.empty());
    if (CacheSlot* const victim = from_small ? pass_small() : pass_main()) return victim;
  }
  return nullptr;
}

// The oldest of the small queue leaves it: out, or into the main queue.
CacheSlot* S3Fifo::pass_small() {
  CacheSlot& oldest = small_.back();
  const bool stays = oldest.uses >= uses_to_stay;
  erase(oldest);
  if (!stays) {
    ghosts_.remember(oldest.hash);
    return &oldest;
  }
  oldest.uses = 0;
  oldest.queue = CacheSlot::Queue::main;
  main_.push_front(oldest);
  return nullptr;
}

// The oldest of the main queue goes out, or pays with one use for another round.
CacheSlot* S3Fifo::pass_main() noexcept {
  CacheSlot& oldest = main_.back();
  main_.pop_back();
  if (oldest.uses == 0) return &oldest;
  --oldest.uses;
  main_.push_front(oldest);
  return nullptr;
}

void S3Fifo::clear() noexcept {
  small_.clear();
  main_.clear();
  small_bytes_ = 0;
  ghosts_ = CacheGhosts();
}

}  // namespace banyan::memory
