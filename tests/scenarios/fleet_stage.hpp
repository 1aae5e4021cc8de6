#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "scenarios/server_process.hpp"

namespace banyan::scenarios {

/// The number of the stage whose whole fleet serves the scenarios of this run: BANYAN_TEST_STAGE is "up1" to "up4".
std::optional<int> fleet_stage();

/// The settings in which the file of that stage in examples/stages differs from others, as variables of the
/// environment.
std::map<std::string, std::string> stage_settings(int stage);

/// Has the fleet of this run's stage serve that configuration, from an empty database; the one port of it. The first
/// call of a run starts the fleet, which lasts until the test program ends.
std::uint16_t serve_by_fleet(const std::string& config, Executable executable);

}  // namespace banyan::scenarios
