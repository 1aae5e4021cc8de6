#pragma once

#include <vector>

#include "banyan/core/schema.hpp"

namespace banyan {

/// The part of complete() that is about rules: compiles them and gathers what caches must keep for them. Everything
/// else of the schema is complete already.
void complete_rules(Schema& schema, std::vector<SchemaProblem>& problems);

}  // namespace banyan
