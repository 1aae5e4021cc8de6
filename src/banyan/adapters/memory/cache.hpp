#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "banyan/base/clock.hpp"
#include "banyan/base/metrics.hpp"
#include "banyan/base/random.hpp"
#include "banyan/core/cache.hpp"

namespace banyan::memory {

class CacheShard;

/// What a cache has done so far, and what it holds.
struct CacheStats {
  std::uint64_t hits = 0;
  std::uint64_t negative_hits = 0;
  std::uint64_t misses = 0;
  std::uint64_t fills = 0;
  std::uint64_t refused_fills = 0;    ///< The ticket was gone, or a write had gone past the value.
  std::uint64_t tickets = 0;          ///< Granted.
  std::uint64_t refused_tickets = 0;  ///< Held by another reader, or too many at once.
  std::uint64_t raises = 0;
  std::uint64_t evictions = 0;
  std::uint64_t expirations = 0;
  std::uint64_t entries = 0;  ///< Now, with tickets.
  std::uint64_t bytes = 0;    ///< Now.

  CacheStats& operator+=(const CacheStats& other) noexcept;
};

/// The cache inside the process: sharded by a secret hash of the key, bounded by bytes, evicting by S3-FIFO
/// (docs/decisions/0010-s3-fifo.md). The rules of a slot are those of docs/consistency.md.
///
/// Every function answers at once (the task is born with its result). Thread-safe: a mutex a shard, held for less than
/// a microsecond save where many evictions fall due.
class Cache final : public banyan::Cache {
 public:
  struct Options {
    std::size_t bytes_max = 64UL << 20;       ///< Of heap, with all overheads; divided evenly among the shards.
    std::size_t shards = 32;                  ///< Rounded up to a power of two, at most 1,024.
    Duration ttl = std::chrono::minutes(10);  ///< The bound for what nobody repairs.
    Duration negative_ttl = std::chrono::seconds(30);  ///< For "there is no such record".
    double ttl_jitter = 0.1;  ///< A lifetime is shortened by up to this part of it, so that not all end together.
    Duration ticket_lifetime = std::chrono::seconds(3);  ///< A reader slower than this does not fill.
    std::size_t tickets_max = 65'536;                    ///< At once, over all shards; more are refused.
  };
  struct Parts {
    const Clock& clock;
    Random& random;    ///< Used only while the cache is built.
    Metrics& metrics;  ///< Gets banyan_cache_*; keeps the figures (not the entries) alive as long as it lives.
  };

  Cache(Options options, Parts parts);
  ~Cache() override;

  Task<CachedRecordPtr> get(const Context&, std::string_view key) override;
  Task<Ticket> take_ticket(const Context&, std::string_view key) override;
  Task<void> fill(const Context&, std::string_view key, FillTicket ticket, CachedRecordPtr value) override;
  Task<Result<void>> raise(const Context&, std::span<const Raise> keys, const std::optional<CacheUse>&) override;
  Task<void> hear(const Context&, std::span<const Raise> keys) override;
  Task<Result<void>> clear(const Context&) override;

  CacheStats stats() const;

 private:
  struct Shards;
  struct Place;
  void raise_all(std::span<const Raise> keys);
  Place place_of(std::string_view key) const noexcept;

  const Clock& clock_;
  std::shared_ptr<Shards> shards_;
};

/// The cache that is turned off: never hits, grants no tickets, keeps nothing. Thread-safe.
class NoCache final : public banyan::Cache {
 public:
  Task<CachedRecordPtr> get(const Context&, std::string_view) override { return CachedRecordPtr(); }
  Task<Ticket> take_ticket(const Context&, std::string_view) override { return Ticket(); }
  Task<void> fill(const Context&, std::string_view, FillTicket, CachedRecordPtr) override { return {}; }
  Task<Result<void>> raise(const Context&, std::span<const Raise>, const std::optional<CacheUse>&) override {
    return Result<void>();
  }
  Task<void> hear(const Context&, std::span<const Raise>) override { return {}; }
  Task<Result<void>> clear(const Context&) override { return Result<void>(); }
};

/// A `Cache`, or a `NoCache` where `options.bytes_max` is 0.
std::unique_ptr<banyan::Cache> make_cache(Cache::Options options, Cache::Parts parts);

}  // namespace banyan::memory
