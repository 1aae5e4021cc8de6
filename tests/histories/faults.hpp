#pragma once

#include <chrono>

#include "tests/histories/workload.hpp"

namespace banyan::histories {

/// Slots and tickets vanish, some at a time, and now and then the control key.
Fault evictions();
/// Redis dies and comes back empty.
Fault restarts();
/// Redis stands still for that long.
Fault freezes(std::chrono::milliseconds length);
/// One instance does not reach Redis for that long.
Fault cuts(std::chrono::milliseconds length);
/// Redis ends the connections on which instances hear of raises.
Fault lost_streams();
/// An instance dies between its commits and their raises, and another takes its place.
Fault replacements();

/// One of all these after the other, at random; outages of that length.
Fault all_faults(std::chrono::milliseconds length);

}  // namespace banyan::histories
