#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace banyan::openapi {

/// A pattern of RE2 that must match the whole text, as the pattern of ECMA-262 (with its flag `u`, as JSON Schema has
/// it) that finds the same texts: `[A-Z]{3}` becomes `^(?:[A-Z]{3})$`. Nothing, where it uses what the two do not
/// share: flags, `\C`, classes of scripts in RE2's short form. `pattern` is one that RE2 understands.
std::optional<std::string> ecma_pattern(std::string_view pattern);

}  // namespace banyan::openapi
