#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "banyan/base/clock.hpp"
#include "banyan/base/metrics.hpp"

namespace banyan::sqlite {

/// What the histograms of durations take; 0 for a clock that went back.
inline std::uint64_t microseconds(Duration duration) {
  return static_cast<std::uint64_t>(
      std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::microseconds>(duration).count()));
}

/// What the store counts. Thread-safe.
struct StoreMetrics {
  explicit StoreMetrics(Metrics& metrics);

  Histogram& find_latency;  ///< Microseconds on SQLite, without the wait in the queue.
  Histogram& list_latency;
  Histogram& write_latency;   ///< From the queue to the acknowledgement.
  Histogram& commit_latency;  ///< Of COMMIT, which is the fsync.
  Histogram& checkpoint_latency;
  Histogram& batch_requests;  ///< Requests a commit.
  Counter& writes;            ///< Records changed by what was committed.
  Counter& finds_in_place;
  Counter& finds_pooled;
  Counter& reads_refused;
  Counter& writes_refused;
  Counter& commits_failed;
  Counter& foreign_changes;
  Gauge& read_queue;
  Gauge& write_queue;
  Gauge& wal_bytes;
  Gauge& finds_are_pooled;  ///< 1 while finds go to the reader threads.
};

}  // namespace banyan::sqlite
