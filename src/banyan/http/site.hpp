#pragma once

#include <array>
#include <atomic>

#include "banyan/http/cors.hpp"
#include "banyan/http/fault.hpp"
#include "banyan/http/route_metrics.hpp"
#include "banyan/http/router.hpp"
#include "banyan/http/server.hpp"

namespace banyan::http {

/// What the server counts, beside the latencies that each Route keeps.
struct SiteMetrics {
  explicit SiteMetrics(Metrics& metrics);

  Gauge& connections;
  Counter& accepted;
  Counter& rejected_by_limit;
  Counter& rejected_without_handles;
  Counter& received_bytes;
  Counter& sent_bytes;
  Counter& handler_failures;
  std::array<Counter*, fault_count> refused{};
  /// For answers that no route gave (route ""); the last is for requests whose method is not known.
  std::array<LatencyByClass, method_count + 1> unmatched{};
};

/// What all loops of one server share. Thread-safe: all but the atomics is immutable.
struct Site {
  Site(const Router& router_, ServerParts parts_, const ServerOptions& options);

  const Router& router;
  ServerParts parts;
  Limits limits;
  CorsPolicy cors;
  std::vector<AddressRange> trusted_proxies;
  SiteMetrics metrics;
  std::atomic<std::size_t> connections{0};
  std::atomic<std::size_t> held_body_bytes{0};
  std::atomic<bool> stopping{false};
};

}  // namespace banyan::http
