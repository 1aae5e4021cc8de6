#include "banyan/http/site.hpp"

#include <string>
#include <utility>

namespace banyan::http {
namespace {

Counter& rejected(Metrics& metrics, std::string_view reason) {
  return metrics.counter("banyan_http_connections_rejected_total", "Connections closed with 503 as soon as accepted.",
                         MetricLabels{{"reason", std::string(reason)}});
}

}  // namespace

SiteMetrics::SiteMetrics(Metrics& metrics)
    : connections(metrics.gauge("banyan_http_connections", "Open client connections.")),
      accepted(metrics.counter("banyan_http_connections_accepted_total", "Client connections accepted.")),
      rejected_by_limit(rejected(metrics, "limit")),
      rejected_without_handles(rejected(metrics, "no_file_handles")),
      received_bytes(metrics.counter("banyan_http_received_bytes_total", "Bytes received from clients.")),
      sent_bytes(metrics.counter("banyan_http_sent_bytes_total", "Bytes sent to clients.")),
      handler_failures(metrics.counter("banyan_http_handler_failures_total", "Handlers that ended in an exception.")) {
  for (std::size_t i = 1; i < fault_count; ++i) {
    refused[i] = &metrics.counter("banyan_http_requests_refused_total", "Requests refused before any handler.",
                                  MetricLabels{{"reason", std::string(describe(static_cast<Fault>(i)).reason)}});
  }
  for (std::size_t i = 0; i < method_count; ++i) {
    unmatched[i] = make_latency(metrics, "", to_string(static_cast<Method>(i)));
  }
  unmatched[method_count] = make_latency(metrics, "", "");
}

Site::Site(const Router& router_, ServerParts parts_, const ServerOptions& options)
    : router(router_),
      parts(std::move(parts_)),
      limits(options.limits),
      cors(options.cors),
      trusted_proxies(options.trusted_proxies),
      metrics(parts.metrics) {}

}  // namespace banyan::http
