#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/core/saved_query.hpp"
#include "banyan/core/schema.hpp"

namespace banyan::openapi {

/// What is described: an application's collections, and the bounds of its API.
struct Description {
  const Schema& schema;
  const std::vector<SavedQuery>& queries;
  std::string application = "banyan";
  std::string version;  ///< Of Banyan.
  std::uint32_t default_limit = 100;
  std::uint32_t max_limit = 1'000;
  std::uint32_t max_batch = 1'000;
  bool positions = false;  ///< Whether answers say how far a client has seen.
};

}  // namespace banyan::openapi
