#pragma once

#include <vector>

#include "banyan/config/reading.hpp"
#include "banyan/core/saved_query.hpp"

namespace banyan::config {

struct ReadQueries {
  std::vector<SavedQuery> queries;
  std::vector<Position> places;  ///< Of each one's name.
};

/// `[queries.<name>]`: statements by dialect, parameters, columns, access. Every problem at once, with its place.
ReadQueries read_queries(const toml::table& queries, std::string_view file, Problems& problems);

}  // namespace banyan::config
