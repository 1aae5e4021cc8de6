#include "banyan/adapters/postgres/replica_metrics.hpp"

namespace banyan::postgres {
namespace {

MetricLabels of(const std::string& replica) { return {{"replica", replica}}; }

Gauge& queue(Metrics& metrics, const std::string& replica, const char* kind) {
  return metrics.gauge("banyan_replica_queue_requests", "Requests that wait for a replica.",
                       {{"kind", kind}, {"replica", replica}});
}

Counter& by(Metrics& metrics, const char* source) {
  return metrics.counter("banyan_store_reads_total", "Reads that a replica may answer, by who did.",
                         {{"source", source}});
}

Counter& fallback(Metrics& metrics, const char* reason) {
  return metrics.counter("banyan_store_fallbacks_total",
                         "Reads that the primary was asked for because no replica was used, was as far, or answered.",
                         {{"reason", reason}});
}

}  // namespace

ReplicaMetrics::ReplicaMetrics(Metrics& metrics, const std::string& name)
    : used(metrics.gauge("banyan_replica_used", "Whether reads go to the replica: 1, or 0.", of(name))),
      lag_bytes(
          metrics.gauge("banyan_replica_lag_bytes", "How far the replica's log is behind the primary's.", of(name))),
      lag_us(std::make_shared<std::atomic<std::int64_t>>(0)),
      find_queue(queue(metrics, name, "find")),
      list_queue(queue(metrics, name, "list")) {
  metrics.sample(
      "banyan_replica_lag_seconds", "For how long the primary has been further than the replica.",
      Metrics::SampleKind::gauge, [shown = lag_us] { return static_cast<double>(*shown) * 1e-6; }, of(name));
}

SourceMetrics::SourceMetrics(Metrics& metrics)
    : by_replica(by(metrics, "replica")),
      by_primary(by(metrics, "primary")),
      none(fallback(metrics, "none")),
      held(fallback(metrics, "held")),
      behind(fallback(metrics, "behind")),
      failed(fallback(metrics, "failed")) {}

}  // namespace banyan::postgres
