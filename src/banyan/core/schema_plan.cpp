#include "banyan/core/schema_plan.hpp"

#include <algorithm>

namespace banyan {

bool SchemaPlan::has(SchemaDifference::Kind kind) const noexcept {
  return std::ranges::find(differences, kind, &SchemaDifference::kind) != differences.end();
}

}  // namespace banyan
