#pragma once

#include <string>

#include "banyan/base/metrics.hpp"

namespace banyan::observe {

/// What the running program is.
struct BuildInfo {
  std::string version;   ///< "0.1.0"
  std::string compiler;  ///< "Clang 19.1.7"
};

/// Adds what Prometheus' client libraries call the process collector (memory, CPU, file handles, threads, start time)
/// and `banyan_build_info`. Figures come from /proc at every scrape; one that cannot be read is shown as NaN.
void add_process_metrics(Metrics& metrics, const BuildInfo& build);

}  // namespace banyan::observe
