#pragma once

#include <string>
#include <vector>

#include "banyan/core/schema.hpp"

namespace banyan::openapi {

/// The field's type as the page shows it, in HTML: a reference leads to its collection.
std::string kind_text(const Schema& schema, const Field& field);

/// What else is to be known of the field, in words.
std::vector<std::string> field_notes(const Schema& schema, const Field& field);

}  // namespace banyan::openapi
