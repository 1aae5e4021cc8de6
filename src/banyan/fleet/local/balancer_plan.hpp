#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "banyan/config/config.hpp"

namespace banyan::fleet {

/// What a balancer on this machine is made from.
struct BalancerPlan {
  const config::Config& config;      ///< Outlives the balancer.
  std::filesystem::path program;     ///< HAProxy's, or nginx'.
  std::filesystem::path folder;      ///< Its own, there and private.
  std::uint16_t port = 0;            ///< For clients.
  std::uint16_t metrics_port = 0;    ///< For its own metrics.
  std::vector<std::uint16_t> ports;  ///< Of the instances, by place.
};

/// The configuration with this machine's addresses in [fleet], and no other that would be listened on; the instances of
/// these places only, each with the weight and bound that the configuration gives to the instance of that number.
config::Config with_places(const BalancerPlan& plan, const std::vector<std::size_t>& places);

}  // namespace banyan::fleet
