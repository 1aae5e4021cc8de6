#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "banyan/adapters/postgres/connection.hpp"
#include "banyan/sql/database_shape.hpp"

namespace banyan::postgres {

/// What the catalogue tells beside the shape.
struct PullCatalog {
  using Place = std::pair<std::string, std::string>;  ///< Table and column.
  struct Check {
    std::string column;  ///< Empty where it is about several.
    std::string definition;
  };

  sql::DatabaseShape shape;
  std::vector<Place> others;              ///< Relations that are no tables, and what they are.
  std::map<Place, std::string> defaults;  ///< Expressions, also of generated columns; not of identity.
  std::set<Place> identities;
  std::map<std::string, std::vector<std::string>, std::less<>> enums;  ///< By the type's name.
  std::map<std::string, std::vector<Check>, std::less<>> checks;       ///< By table.
  std::map<Place, char> deletions;  ///< pg_constraint.confdeltype of foreign keys, by their name.
};

Result<PullCatalog> read_catalog(Connection& connection);

}  // namespace banyan::postgres
