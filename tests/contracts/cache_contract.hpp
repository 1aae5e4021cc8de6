#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>

#include "banyan/base/clock.hpp"
#include "banyan/core/cache.hpp"

namespace banyan::contracts {

/// A fresh, empty cache, and what a test needs around it.
class CacheRig {
 public:
  virtual ~CacheRig() = default;
  virtual Cache& cache() = 0;
  /// Of whoever asks.
  virtual const Context& context() = 0;
  /// Lets that much time pass for the cache.
  virtual void pass_time(Duration by) = 0;
  /// The bytes held now; only asked by BoundedCacheContract.
  virtual std::size_t bytes() = 0;
};

/// What the suite asks of the cache that it is given.
struct CacheWishes {
  std::size_t bytes_max = 8UL << 20;
  Duration ttl = std::chrono::seconds(60);
  Duration negative_ttl = std::chrono::seconds(5);
  Duration ticket_lifetime = std::chrono::seconds(3);
};

struct CacheAdapter {
  std::string name;
  std::function<std::unique_ptr<CacheRig>(const CacheWishes&)> make;
  std::uint64_t games = 200;  ///< Of no_hit_is_older_…: fewer where each step is a round trip.
};
void PrintTo(const CacheAdapter& adapter, std::ostream* out);  // how a test names its adapter

/// The promises of core/cache.hpp, for any adapter:
/// `INSTANTIATE_TEST_SUITE_P(Memory, CacheContract, testing::Values(adapter), cache_adapter_name);`
class CacheContract : public testing::TestWithParam<CacheAdapter> {
 protected:
  Cache& cache();
  CacheRig& rig();
  /// Starts anew with other wishes.
  void use(const CacheWishes& wishes);

  CachedRecordPtr get(std::string_view key);
  Cache::Ticket take_ticket(std::string_view key);
  void fill(std::string_view key, FillTicket ticket, CachedRecordPtr value);
  void raise(std::string_view key, Version version, CachedRecordPtr value);
  /// Takes a ticket and fills it at once.
  void put(std::string_view key, CachedRecordPtr value);
  /// The version kept for the key: 0 for "absent", nothing for a miss.
  std::optional<Version> kept(std::string_view key);

 private:
  std::unique_ptr<CacheRig> rig_;
};

/// Of caches that hold to a bound themselves.
class BoundedCacheContract : public CacheContract {};

std::string cache_adapter_name(const testing::TestParamInfo<CacheAdapter>& info);

/// A record whose body names its version; version 0 is "absent".
CachedRecordPtr record_at(Version version, std::size_t body_bytes = 40);

/// Plays `steps` random steps of readers, overlapping writers and a forgetful cache over a few keys, and checks every
/// hit against the one true history: no hit may be older than a write that was acknowledged before it.
/// Returns the first broken promise in words, or nothing. The same seed plays the same game.
std::optional<std::string> find_stale_hit(Cache& cache, const Context& context, std::uint64_t seed, std::size_t steps);

}  // namespace banyan::contracts
