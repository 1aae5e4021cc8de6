#pragma once

#include "banyan/base/metrics.hpp"

namespace banyan::redis {

/// What the shared cache counts. Thread-safe.
struct SharedCacheMetrics {
  explicit SharedCacheMetrics(Metrics& metrics);

  Counter& hits;        ///< From Redis.
  Counter& misses;      ///< Asked of Redis, and not there.
  Counter& unlicensed;  ///< Not asked: no licence, or a position of another cache.
  Counter& waits;       ///< Readers that found another's ticket.
  Counter& fills;
  Counter& refused_fills;
  Counter& raises;
  Counter& repeated_raises;  ///< Tries that were not confirmed.
  Gauge& in_use;             ///< 1 while this instance may serve hits.
};

}  // namespace banyan::redis
