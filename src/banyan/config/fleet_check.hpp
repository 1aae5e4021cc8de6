#pragma once

#include <string>
#include <vector>

#include "banyan/config/config.hpp"

namespace banyan::config {

/// Something that is wrong between settings of which each is sound.
struct Conflict {
  std::string setting;  ///< Where to look first: "database.url".
  std::string message;
  std::string hint;
};

/// What a fleet cannot be served with: settings of [fleet] that contradict each other, and, for more than one instance,
/// whatever would not survive the death of the one that holds it.
std::vector<Conflict> fleet_conflicts(const Config& config);

/// The latter of these alone, for a fleet of that many.
std::vector<Conflict> state_conflicts(const Config& config, std::size_t instances);

}  // namespace banyan::config
