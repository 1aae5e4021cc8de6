#pragma once

#include <string_view>

#include "banyan/config/reading.hpp"

namespace banyan::config {

/// Where byte `offset` of a text's value stands in the file, for a text in quotes that begins at `begin`; `begin`
/// itself for one that lines are folded in.
Position place_in_text(std::string_view file, Position begin, std::size_t offset);

}  // namespace banyan::config
