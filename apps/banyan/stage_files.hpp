#pragma once

#include <cstddef>
#include <string_view>

namespace banyan::app {

inline constexpr int stages_count = 4;

/// The text of examples/stages/<stage>.toml, as it was when this program was built; `stage` is 1 to stages_count.
std::string_view stage_file(int stage);

}  // namespace banyan::app
