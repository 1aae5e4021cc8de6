#pragma once

#include <filesystem>
#include <map>
#include <string>

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

/// How many requests it has answered since it was started; nothing when it does not say.
std::optional<std::uint64_t> requests_of(std::uint16_t port, const std::string& service_key);

}  // namespace banyan::fleet
