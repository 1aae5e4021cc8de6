#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string_view>

#include "banyan/base/result.hpp"

namespace banyan::fleet {

/// Puts a file in place, or in that of an earlier one, whole: whoever reads it finds all of it or what was there
/// before, which stays when the new one cannot be written. Without a `mode` it is that of the earlier one, else as for
/// any new file. A link to it stays one; what is no file, as a terminal or a pipe, is written to as it is.
Result<void> write_whole_file(const std::filesystem::path& file, std::string_view text,
                              std::optional<mode_t> mode = std::nullopt);

}  // namespace banyan::fleet
