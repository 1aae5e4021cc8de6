#pragma once

#include "banyan/adapters/sqlite/options.hpp"
#include "banyan/config/config.hpp"

namespace banyan::app {

inline sqlite::Options store_options(const config::Config& config) {
  sqlite::Options options;
  options.file = config.database.path;
  return options;
}

}  // namespace banyan::app
