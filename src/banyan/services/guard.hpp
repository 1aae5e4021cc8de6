#pragma once

#include <optional>

#include "banyan/base/context.hpp"
#include "banyan/base/result.hpp"
#include "banyan/core/query.hpp"
#include "banyan/core/schema.hpp"

namespace banyan::services {

/// Puts the rules of every collection that the query touches into it, at every depth, so that it sees only what the
/// viewer may read: in what it lists, embeds, counts and groups, and in what its filters ask of related records.
/// Or says why it is refused: a collection is closed to the viewer, or the answer would depend on values that may be
/// hidden (a filter, an order, a group, an aggregate, a way from one record to another).
std::optional<Error> guard(const Context& context, const Schema& schema, Query& query);

}  // namespace banyan::services
