#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "banyan/core/query.hpp"

namespace banyan {

/// The canonical text of the JSON that the path leads to within `json`, which is canonical itself; nothing where it
/// leads nowhere. A view into `json`. In an array a step is a number as strtol reads it, in 32 bits.
std::optional<std::string_view> json_at(std::string_view json, std::span<const std::string> path);

/// What a term of that kind sees of the JSON at the end of its path; see Term::Json. Null for nothing.
Value json_term_value(std::optional<std::string_view> json, Term::Json kind);

/// Whether `outer` contains `inner` as PostgreSQL's `@>` on jsonb has it: objects by their members, arrays by their
/// elements whatever their order and number, everything else by equality; and an array contains a value that is none
/// of both if it has it as an element, at the top only. Both are canonical JSON.
bool json_contains(std::string_view outer, std::string_view inner);

}  // namespace banyan
