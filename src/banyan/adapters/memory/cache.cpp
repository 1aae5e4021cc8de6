#include "banyan/adapters/memory/cache.hpp"

#include <boost/container_hash/hash.hpp>

#include <algorithm>
#include <bit>
#include <utility>
#include <vector>

#include "banyan/adapters/memory/cache_shard.hpp"

namespace banyan::memory {
namespace {

constexpr std::size_t shards_max = 1'024;
constexpr unsigned shard_bits_from = 24;  // bits of the hash that neither the tables' places nor their tags use

void add_samples(Metrics& metrics, std::function<CacheStats()> read) {
  using Kind = Metrics::SampleKind;
  const auto add = [&](const char* name, const char* help, Kind kind, std::uint64_t CacheStats::* figure) {
    metrics.sample(name, help, kind, [read, figure] { return static_cast<double>(read().*figure); });
  };
  add("banyan_cache_hits_total", "Reads answered with a kept record.", Kind::counter, &CacheStats::hits);
  add("banyan_cache_negative_hits_total", "Reads answered with \"there is no such record\".", Kind::counter,
      &CacheStats::negative_hits);
  add("banyan_cache_misses_total", "Reads that found nothing kept.", Kind::counter, &CacheStats::misses);
  add("banyan_cache_fills_total", "Records kept after a miss.", Kind::counter, &CacheStats::fills);
  add("banyan_cache_refused_fills_total", "Fills dropped because a write came first or the ticket was gone.",
      Kind::counter, &CacheStats::refused_fills);
  add("banyan_cache_refused_tickets_total", "Misses that were not given leave to fill.", Kind::counter,
      &CacheStats::refused_tickets);
  add("banyan_cache_raises_total", "Keys that writes have gone over.", Kind::counter, &CacheStats::raises);
  add("banyan_cache_evictions_total", "Records dropped for want of room.", Kind::counter, &CacheStats::evictions);
  add("banyan_cache_expirations_total", "Records and tickets dropped at the end of their lifetime.", Kind::counter,
      &CacheStats::expirations);
  add("banyan_cache_entries", "Records and tickets held.", Kind::gauge, &CacheStats::entries);
  add("banyan_cache_bytes", "Memory held, with all overheads.", Kind::gauge, &CacheStats::bytes);
}

}  // namespace

CacheStats& CacheStats::operator+=(const CacheStats& other) noexcept {
  hits += other.hits;
  negative_hits += other.negative_hits;
  misses += other.misses;
  fills += other.fills;
  refused_fills += other.refused_fills;
  tickets += other.tickets;
  refused_tickets += other.refused_tickets;
  raises += other.raises;
  evictions += other.evictions;
  expirations += other.expirations;
  entries += other.entries;
  bytes += other.bytes;
  return *this;
}

/// Shared with the metrics, which may outlive the cache.
struct Cache::Shards {
  std::vector<std::unique_ptr<CacheShard>> all;
  std::size_t mask = 0;
  std::size_t seed = 0;  ///< Secret, so that nobody can choose keys that collide.

  Shards(const Options& options, Random& random) {
    const std::size_t count = std::bit_ceil(std::clamp<std::size_t>(options.shards, 1, shards_max));
    const CacheShard::Limits limits{options.bytes_max / count,
                                    std::max<std::size_t>(1, options.tickets_max / count),
                                    options.ttl,
                                    options.negative_ttl,
                                    std::clamp(options.ttl_jitter, 0.0, 1.0),
                                    options.ticket_lifetime};
    for (std::size_t i = 0; i < count; ++i)
      all.push_back(std::make_unique<CacheShard>(limits, FillTicket{i + 1}, FillTicket{count},
                                                 static_cast<std::uint32_t>(random.next())));
    mask = count - 1;
    seed = random.next();
  }

  CacheStats stats() const {
    CacheStats sum;
    for (const auto& shard : all) sum += shard->stats();
    return sum;
  }
};

struct Cache::Place {
  CacheShard& shard;
  CacheKey key;
};

Cache::Cache(Options options, Parts parts)
    : clock_(parts.clock), shards_(std::make_shared<Shards>(options, parts.random)) {
  add_samples(parts.metrics, [shards = shards_] { return shards->stats(); });
}

Cache::~Cache() {
  for (const auto& shard : shards_->all) shard->clear();
}

Cache::Place Cache::place_of(std::string_view key) const noexcept {
  std::size_t hash = shards_->seed;
  boost::hash_range(hash, key.begin(), key.end());
  return Place{*shards_->all[(hash >> shard_bits_from) & shards_->mask], CacheKey{key, hash}};
}

Task<CachedRecordPtr> Cache::get(const Context&, std::string_view key) {
  const Place place = place_of(key);
  return place.shard.get(place.key, clock_.steady());
}

Task<Cache::Ticket> Cache::take_ticket(const Context&, std::string_view key) {
  const Place place = place_of(key);
  return place.shard.take_ticket(place.key, clock_.steady());
}

Task<void> Cache::fill(const Context&, std::string_view key, FillTicket ticket, CachedRecordPtr value) {
  const Place place = place_of(key);
  place.shard.fill(place.key, ticket, std::move(value), clock_.steady());
  return {};
}

void Cache::raise_all(std::span<const Raise> keys) {
  for (const Raise& one : keys) {
    const Place place = place_of(one.key);
    place.shard.raise(place.key, one.version, one.value, clock_.steady());
  }
}

Task<Result<void>> Cache::raise(const Context&, std::span<const Raise> keys, const std::optional<CacheUse>&) {
  raise_all(keys);
  return Result<void>();
}

Task<void> Cache::hear(const Context&, std::span<const Raise> keys) {
  raise_all(keys);
  return {};
}

Task<Result<void>> Cache::clear(const Context&) {
  for (const auto& shard : shards_->all) shard->clear();
  return Result<void>();
}

CacheStats Cache::stats() const { return shards_->stats(); }

std::unique_ptr<banyan::Cache> make_cache(Cache::Options options, Cache::Parts parts) {
  if (options.bytes_max == 0) return std::make_unique<NoCache>();
  return std::make_unique<Cache>(options, parts);
}

}  // namespace banyan::memory
