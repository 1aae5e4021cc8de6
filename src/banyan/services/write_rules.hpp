#pragma once

#include <span>

#include "banyan/base/context.hpp"
#include "banyan/core/record_store.hpp"

namespace banyan::services {

/// What the viewer's rules ask of a record that is written: of its action, and of the fields that are set.
/// Turns the viewer away where it may never set one of them.
Result<Filter> write_condition(const Context& context, const Collection& collection, Action action,
                               std::span<const std::size_t> named);

/// The fields that a replacement by this viewer leaves as they are: it may never set them, or never sees them.
std::vector<std::size_t> locked_fields(const Context& context, const Collection& collection);

}  // namespace banyan::services
