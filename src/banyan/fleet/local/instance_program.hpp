#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "banyan/fleet/local/service.hpp"

namespace banyan::fleet {

/// What all instances of a fleet have in common.
struct InstancePlan {
  std::filesystem::path program;  ///< Runs as `program serve config`.
  std::filesystem::path config;
  std::filesystem::path folder;  ///< Where their output goes; there.
  std::map<std::string, std::string> environment;
  std::string service_key;  ///< To ask for their metrics.
  std::chrono::milliseconds stop_within{15'000};
};

/// The instance of that number, from 1, on that port.
ServiceSetup instance_service(const InstancePlan& plan, std::size_t number, std::uint16_t port);

/// What an instance says of itself, and of the replicas that it reads from.
struct InstanceMetrics {
  std::uint64_t requests = 0;                         ///< That it has answered since it was started.
  std::map<std::uint16_t, std::uint64_t> lags_bytes;  ///< By a replica's port: log that it has yet to replay.
};

/// Of the text that `/metrics` answers.
InstanceMetrics read_metrics(std::string_view text);

/// Asks an instance, for half a second at most; nothing when it does not say.
std::optional<InstanceMetrics> metrics_of(std::uint16_t port, const std::string& service_key);

}  // namespace banyan::fleet
