#pragma once

#include "banyan/api/openapi/operations.hpp"

namespace banyan::openapi {

/// `/rpc/<name>`: GET where the query only reads, and POST.
Path query_path(const Schema& schema, const SavedQuery& query);

}  // namespace banyan::openapi
