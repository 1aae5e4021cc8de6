#pragma once

#include <string>

#include "banyan/api/openapi/description.hpp"

namespace banyan::openapi {

/// The application as OpenAPI 3.1 has it, JSON. The same description gives the same bytes. The texts of rules are not
/// in it: they can name people and values, and who reads this need not be who may read those.
std::string make_document(const Description& description);

}  // namespace banyan::openapi
