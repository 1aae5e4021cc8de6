#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "banyan/base/clock.hpp"
#include "banyan/base/metrics.hpp"

namespace banyan::postgres {

/// What is shown of one replica. Thread-safe.
struct ReplicaMetrics {
  ReplicaMetrics(Metrics& metrics, const std::string& name);

  void set_lag(Duration lag) noexcept { *lag_us = std::chrono::duration_cast<std::chrono::microseconds>(lag).count(); }

  Gauge& used;  ///< 1 while reads go to it.
  Gauge& lag_bytes;
  std::shared_ptr<std::atomic<std::int64_t>> lag_us;  ///< Shared with whoever shows it, who may live longer.
  Gauge& find_queue;
  Gauge& list_queue;
};

/// Who answered reads that a replica might have, and why the primary did. Thread-safe.
struct SourceMetrics {
  explicit SourceMetrics(Metrics& metrics);

  Counter& by_replica;
  Counter& by_primary;
  Counter& none;    ///< No replica is used now, …
  Counter& held;    ///< … or the reader may only be answered by the primary, …
  Counter& behind;  ///< … or none was as far as the reader in time, …
  Counter& failed;  ///< … or the one that was asked did not answer.
};

}  // namespace banyan::postgres
