#include "banyan/http/route_metrics.hpp"

#include <string>

namespace banyan::http {

LatencyByClass make_latency(Metrics& metrics, std::string_view route, std::string_view method) {
  LatencyByClass latency{};
  for (std::size_t status_class = 2; status_class <= 5; ++status_class) {
    const MetricLabels labels{{"route", std::string(route)},
                              {"method", std::string(method)},
                              {"status", std::to_string(status_class) + "xx"}};
    latency[status_class] =
        &metrics.histogram("banyan_http_request_duration_seconds", "Time from a request's first byte to its answer.",
                           latency_bounds_us(), 1e-6, labels);
  }
  return latency;
}

}  // namespace banyan::http
