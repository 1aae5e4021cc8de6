#pragma once

#include <string>
#include <vector>

#include "banyan/fleet/local/running_fleet.hpp"

namespace banyan::fleet {

/// The rows as lines of a table, its heading first: columns in line, each line without its end.
std::vector<std::string> table_of(const std::vector<FleetRow>& rows);

}  // namespace banyan::fleet
