#include "banyan/adapters/redis/client_metrics.hpp"

#include <string>
#include <utility>

namespace banyan::redis {
namespace {

Counter& reconnects(Metrics& metrics, std::string connection) {
  return metrics.counter("banyan_redis_reconnects_total", "Connections to Redis that were made again after a loss.",
                         {{"connection", std::move(connection)}});
}

}  // namespace

ClientMetrics::ClientMetrics(Metrics& metrics)
    : latency(metrics.histogram("banyan_redis_command_seconds", "Time of commands, from the queue to the answer.",
                                latency_bounds_us(), 1e-6)),
      queue(metrics.gauge("banyan_redis_queue_commands", "Commands that Redis has not answered yet.")),
      command_reconnects(reconnects(metrics, "commands")),
      subscriber_reconnects(reconnects(metrics, "subscriber")) {}

}  // namespace banyan::redis
