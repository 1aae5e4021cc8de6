#pragma once

#include <string>
#include <vector>

#include "banyan/core/saved_query.hpp"
#include "banyan/core/schema.hpp"

namespace banyan::openapi {

/// The schema as the type `Database` that supabase-js and postgrest-js take, TypeScript: of each collection a row as it
/// is read, inserted and updated, and its references; saved queries are its functions. The same input gives the same
/// bytes.
std::string make_database_types(const Schema& schema, const std::vector<SavedQuery>& queries);

}  // namespace banyan::openapi
