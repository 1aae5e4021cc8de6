#pragma once

#include <array>
#include <string_view>

#include "banyan/base/metrics.hpp"

namespace banyan::http {

/// Latency histograms by status class; those that no answer falls into are null.
using LatencyByClass = std::array<Histogram*, 6>;

/// `banyan_http_request_duration_seconds{route, method, status="2xx"}` for the classes 2 to 5.
LatencyByClass make_latency(Metrics& metrics, std::string_view route, std::string_view method);

}  // namespace banyan::http
