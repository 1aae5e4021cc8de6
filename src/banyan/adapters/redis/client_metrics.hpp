#pragma once

#include "banyan/base/metrics.hpp"

namespace banyan::redis {

/// What a client counts. Thread-safe.
struct ClientMetrics {
  explicit ClientMetrics(Metrics& metrics);

  Histogram& latency;  ///< Microseconds from a command's arrival to its answer.
  Gauge& queue;        ///< Commands without an answer, waiting or sent.
  Counter& command_reconnects;
  Counter& subscriber_reconnects;
};

}  // namespace banyan::redis
