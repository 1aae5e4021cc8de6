#pragma once

#include <string>

#include "banyan/core/schema.hpp"

namespace banyan::openapi {

/// The schema as the type `Database` that supabase-js and postgrest-js take, TypeScript: of each collection a row as it
/// is read, inserted and updated, and its references. The same schema gives the same bytes.
std::string make_database_types(const Schema& schema);

}  // namespace banyan::openapi
