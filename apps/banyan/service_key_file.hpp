#pragma once

#include <filesystem>
#include <string>

#include "banyan/base/random.hpp"
#include "banyan/base/result.hpp"

namespace banyan::app {

struct ServiceKeyFile {
  std::string key;
  bool made = false;  ///< It did not exist before.
};

/// The key in `file`; makes the file with a new random key, readable by its owner alone, when there is none.
/// Refuses a file that others may read, and one without a usable key (at least 16 printable characters).
Result<ServiceKeyFile> read_or_make_service_key(const std::filesystem::path& file, Random& random);

}  // namespace banyan::app
