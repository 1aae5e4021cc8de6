#pragma once

#include <filesystem>
#include <string>

#include "commands.hpp"

namespace banyan::app {

/// What the folder of a running fleet is named by (fleet/local/run_folder.hpp).
inline std::string subject_of(const FleetName& name) {
  return name.stage == 0 ? name.config_file.string() : "stage " + std::to_string(name.stage);
}

}  // namespace banyan::app
