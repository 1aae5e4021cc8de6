#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "banyan/base/result.hpp"
#include "banyan/core/query.hpp"
#include "banyan/core/schema.hpp"

namespace banyan::api {

/// `users`, `users!author`, `author`: the relation from the collection that the name and the hint (may be empty) mean.
///
/// A name is that of the other collection, that of one of the collection's own references, or a reference's name as
/// constraints have it (`posts_author_fkey`). A hint is the name of the reference that is followed, of the collection
/// between, or that of the constraint. What lies between two collections is found by name alone only where nothing
/// direct is meant. `invalid`: unknown_embed with the nearest name, ambiguous_embed with the candidates in `fields`.
Result<Relation> relation_of(const Schema& schema, const Collection& collection, std::string_view name,
                             std::string_view hint);

/// Names that relation_of() takes there.
std::vector<std::string> relation_names(const Schema& schema, const Collection& collection);

}  // namespace banyan::api
