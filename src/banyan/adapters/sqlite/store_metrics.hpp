#pragma once

#include "banyan/base/metrics.hpp"

namespace banyan::sqlite {

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
