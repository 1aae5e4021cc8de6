#include "banyan/adapters/postgres/store_metrics.hpp"

#include <array>

namespace banyan::postgres {
namespace {

constexpr std::array<std::uint64_t, 9> batch_bounds{1, 2, 4, 8, 16, 32, 64, 128, 256};

Histogram& latency(Metrics& metrics, std::string_view name, std::string_view help, MetricLabels labels = {}) {
  return metrics.histogram(name, help, latency_bounds_us(), 1e-6, std::move(labels));
}

Gauge& queue(Metrics& metrics, std::string kind) {
  return metrics.gauge("banyan_store_queue_requests", "Requests that wait for the store.", {{"kind", std::move(kind)}});
}

constexpr auto read_help = "Time that reads took in the database, without their wait for a connection.";

}  // namespace

StoreMetrics::StoreMetrics(Metrics& metrics)
    : find_latency(latency(metrics, "banyan_store_read_seconds", read_help, {{"kind", "find"}})),
      list_latency(latency(metrics, "banyan_store_read_seconds", read_help, {{"kind", "list"}})),
      write_latency(latency(metrics, "banyan_store_write_seconds", "Time of writes, from the queue to the disk.")),
      commit_latency(latency(metrics, "banyan_store_commit_seconds", "Time of commits, which wait for the disk.")),
      batch_requests(
          metrics.histogram("banyan_store_commit_requests", "Requests that shared a commit.", batch_bounds, 1)),
      writes(metrics.counter("banyan_store_records_written_total", "Records changed by committed writes.")),
      transactions_repeated(metrics.counter("banyan_store_transactions_repeated_total",
                                            "Transactions that were tried again: deadlocks, locks, shared failures.")),
      foreign_changes(metrics.counter("banyan_store_foreign_changes_total", "Changes by other programs noticed.")),
      find_queue(queue(metrics, "find")),
      list_queue(queue(metrics, "list")),
      write_queue(queue(metrics, "write")),
      transaction_queue(queue(metrics, "transaction")),
      agreement_queue(queue(metrics, "agreement")) {}

}  // namespace banyan::postgres
