#pragma once

#include <boost/unordered/unordered_flat_set.hpp>

#include <memory>
#include <mutex>
#include <random>

#include "banyan/adapters/memory/cache.hpp"
#include "banyan/adapters/memory/cache_s3fifo.hpp"
#include "banyan/adapters/memory/cache_slot.hpp"

namespace banyan::memory {

/// A key with its hash, computed once.
struct CacheKey {
  std::string_view text;
  std::size_t hash = 0;
};

/// One part of the cache with a mutex of its own, on cache lines of its own. Thread-safe.
class alignas(64) CacheShard {
 public:
  struct Limits {
    std::size_t bytes_max = 0;
    std::size_t tickets_max = 0;
    Duration ttl{};
    Duration negative_ttl{};
    double ttl_jitter = 0;
    Duration ticket_lifetime{};
  };
  /// The tickets of this shard are `first_ticket`, `first_ticket + ticket_step`, …
  CacheShard(const Limits& limits, FillTicket first_ticket, FillTicket ticket_step, std::uint32_t seed);

  CachedRecordPtr get(CacheKey key, SteadyTime now);
  banyan::Cache::Ticket take_ticket(CacheKey key, SteadyTime now);
  void fill(CacheKey key, FillTicket ticket, CachedRecordPtr value, SteadyTime now);
  void raise(CacheKey key, Version version, CachedRecordPtr value, SteadyTime now);
  void clear();
  CacheStats stats() const;

 private:
  struct Hash {
    using is_transparent = void;
    using is_avalanching = void;
    std::size_t operator()(const CacheKey& key) const noexcept { return key.hash; }
    std::size_t operator()(const std::unique_ptr<CacheSlot>& slot) const noexcept { return slot->hash; }
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(const CacheKey& key, const std::unique_ptr<CacheSlot>& slot) const noexcept {
      return slot->key == key.text;
    }
    bool operator()(const std::unique_ptr<CacheSlot>& slot, const CacheKey& key) const noexcept {
      return slot->key == key.text;
    }
    bool operator()(const std::unique_ptr<CacheSlot>& a, const std::unique_ptr<CacheSlot>& b) const noexcept {
      return a->key == b->key;
    }
  };
  using Table = boost::unordered_flat_set<std::unique_ptr<CacheSlot>, Hash, Equal>;

  CacheSlot* find_live(CacheKey key, SteadyTime now);
  void raise_slot(CacheSlot& slot, Version version, CachedRecordPtr value, SteadyTime now);
  void keep(CacheSlot& slot, CachedRecordPtr value, SteadyTime now);
  void erase(CacheSlot& slot);
  void forget_lapsed_tickets(SteadyTime now);
  void make_room();
  std::size_t bytes() const noexcept;
  SteadyTime expiry(const CachedRecord& value, SteadyTime now);

  mutable std::mutex mutex_;
  Table table_;
  CacheStats stats_;
  S3Fifo values_;
  CacheQueue tickets_;  ///< Oldest first, which is the order in which they lapse.
  std::size_t tickets_held_ = 0;
  std::size_t slot_bytes_ = 0;
  Limits limits_;
  FillTicket next_ticket_;
  FillTicket ticket_step_;
  std::minstd_rand jitter_;
};

}  // namespace banyan::memory
