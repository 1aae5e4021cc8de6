#pragma once

#include <filesystem>
#include <string>

#include "banyan/base/random.hpp"
#include "banyan/base/result.hpp"

namespace banyan::app {

/// The key in `file`; empty when there is no such file. Refuses a file that others may read, and one without a usable
/// key (at least 16 printable characters).
Result<std::string> read_service_key(const std::filesystem::path& file);

/// Makes the file, readable by its owner alone, with a new random key. Refuses when it is there already.
Result<std::string> make_service_key(const std::filesystem::path& file, Random& random);

}  // namespace banyan::app
