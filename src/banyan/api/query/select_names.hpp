#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "banyan/api/query/scope.hpp"
#include "banyan/base/result.hpp"

namespace banyan::api {

/// What a select lists for one scope, before it is known whether it shows records or groups of them.
struct ScopeMembers {
  struct Listed {
    Selection::Member member;
    std::optional<Aggregate> aggregate;
  };
  std::vector<Listed> listed;
  std::optional<std::size_t> star;  ///< `*` stands before the member at this place.
};

/// Makes the scope's selection of them, and its grouping where there is an aggregate. Fields that `*` shows give way to
/// members of the same name; any other name must be the only one. `invalid` or `unsupported` otherwise.
Result<void> finish_members(Scope& scope, ScopeMembers members);

}  // namespace banyan::api
