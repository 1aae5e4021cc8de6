#pragma once

#include <string_view>
#include <vector>

#include "banyan/config/settings.hpp"

namespace banyan::config {

/// Appends the settings of [fleet].
void add_fleet(std::vector<Setting>& list);

/// The balancers split their files at blanks and give quotes, backslashes and dollar signs a meaning.
bool can_stand_in_a_balancers_file(std::string_view path);

/// Gives instances that were described as a count their ports, once `first_port` is known. One for which there is none
/// left keeps port 0.
void place_counted_instances(Fleet& fleet);

}  // namespace banyan::config
