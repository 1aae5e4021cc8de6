#pragma once

#include "banyan/config/reading.hpp"
#include "banyan/core/schema.hpp"

namespace banyan::config {

/// The section `collections` of `file` to a completed schema; everything that is wrong goes to `problems`.
Schema read_collections(const toml::table& collections, std::string_view file, Problems& problems);

}  // namespace banyan::config
