#include "banyan/adapters/sqlite/store_metrics.hpp"

#include <array>

namespace banyan::sqlite {
namespace {

constexpr std::array<std::uint64_t, 9> batch_bounds{1, 2, 4, 8, 16, 32, 64, 128, 256};

constexpr double microsecond = 1e-6;

Histogram& latency(Metrics& metrics, std::string_view name, std::string_view help, MetricLabels labels = {}) {
  return metrics.histogram(name, help, latency_bounds_us(), microsecond, std::move(labels));
}

constexpr auto read_help = "Time that reads took in the database, without their wait for a thread.";
constexpr auto find_help = "Finds by where they ran: on the calling thread or on a reader thread.";
constexpr auto refused_help = "Requests refused because a queue was full.";
constexpr auto queue_help = "Requests that wait for the store.";

}  // namespace

StoreMetrics::StoreMetrics(Metrics& metrics)
    : find_latency(latency(metrics, "banyan_store_read_seconds", read_help, {{"kind", "find"}})),
      list_latency(latency(metrics, "banyan_store_read_seconds", read_help, {{"kind", "list"}})),
      write_latency(latency(metrics, "banyan_store_write_seconds", "Time of writes, from the queue to the disk.")),
      commit_latency(latency(metrics, "banyan_store_commit_seconds", "Time of commits, which wait for the disk.")),
      checkpoint_latency(latency(metrics, "banyan_store_checkpoint_seconds", "Time of checkpoints of the log.")),
      batch_requests(
          metrics.histogram("banyan_store_commit_requests", "Requests that shared a commit.", batch_bounds, 1)),
      writes(metrics.counter("banyan_store_records_written_total", "Records changed by committed writes.")),
      finds_in_place(metrics.counter("banyan_store_finds_total", find_help, {{"where", "in_place"}})),
      finds_pooled(metrics.counter("banyan_store_finds_total", find_help, {{"where", "pool"}})),
      reads_refused(metrics.counter("banyan_store_refused_total", refused_help, {{"kind", "read"}})),
      writes_refused(metrics.counter("banyan_store_refused_total", refused_help, {{"kind", "write"}})),
      commits_failed(metrics.counter("banyan_store_commits_failed_total", "Transactions that could not be kept.")),
      foreign_changes(metrics.counter("banyan_store_foreign_changes_total", "Changes by other programs noticed.")),
      read_queue(metrics.gauge("banyan_store_queue_requests", queue_help, {{"kind", "read"}})),
      write_queue(metrics.gauge("banyan_store_queue_requests", queue_help, {{"kind", "write"}})),
      wal_bytes(metrics.gauge("banyan_store_wal_bytes", "Size of the write-ahead log after the latest commit.")),
      finds_are_pooled(metrics.gauge("banyan_store_finds_pooled", "1 while finds run on the reader threads.")) {}

}  // namespace banyan::sqlite
