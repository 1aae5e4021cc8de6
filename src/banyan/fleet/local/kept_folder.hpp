#pragma once

#include <filesystem>

#include "banyan/base/result.hpp"

namespace banyan::fleet {

/// Makes the folder where a fleet's data stays, or takes the one that an earlier fleet made: what is in it may be
/// erased. One that holds anything else, belongs to another user, or cannot stand in SQLite's URL is refused, and left
/// as it was. The path is absolute.
Result<void> take_kept_folder(const std::filesystem::path& folder);

}  // namespace banyan::fleet
