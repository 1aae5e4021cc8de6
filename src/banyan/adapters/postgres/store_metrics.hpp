#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "banyan/base/clock.hpp"
#include "banyan/base/metrics.hpp"

namespace banyan::postgres {

/// What the histograms of durations take; 0 for a clock that went back.
inline std::uint64_t microseconds(Duration duration) {
  return static_cast<std::uint64_t>(
      std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::microseconds>(duration).count()));
}

/// What the store counts. Thread-safe.
struct StoreMetrics {
  explicit StoreMetrics(Metrics& metrics);

  Histogram& find_latency;  ///< Microseconds of an exchange, without the wait for a session.
  Histogram& list_latency;
  Histogram& write_latency;  ///< From the queue to the acknowledgement.
  Histogram& commit_latency;
  Histogram& batch_requests;  ///< Requests a shared transaction.
  Counter& writes;            ///< Records changed by what was committed.
  Counter& transactions_repeated;
  Counter& foreign_changes;
  Gauge& find_queue;
  Gauge& list_queue;
  Gauge& write_queue;
  Gauge& transaction_queue;
  Gauge& agreement_queue;
};

}  // namespace banyan::postgres
