#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "banyan/base/clock.hpp"
#include "banyan/base/log.hpp"
#include "banyan/base/metrics.hpp"
#include "banyan/base/random.hpp"
#include "banyan/config/config.hpp"
#include "banyan/core/cache.hpp"

namespace banyan::app {

/// What a cache is built from; all of it outlives the cache.
struct CacheParts {
  const Schema& schema;
  const Clock& clock;
  Random& random;  ///< Thread-safe.
  Log& log;
  Metrics& metrics;
  CacheAgreement* agreement;                          ///< Of the store; null where no other instance can use it.
  std::function<void(std::string_view key)> changed;  ///< Another instance has changed the record.
};

/// A cache and its life.
struct OpenCache {
  std::unique_ptr<Cache> cache;
  std::function<void()> start;  ///< When the store has started.
  std::function<void()> stop;   ///< Before what it was built from goes.
};

/// The cache that `cache.url` names. Errors say what to do; that a server cannot be reached is none.
Result<OpenCache> open_cache(const config::Cache& settings, const CacheParts& parts);

}  // namespace banyan::app
