#pragma once

#include <source_location>
#include <string_view>

#include "banyan/base/result.hpp"
#include "banyan/wire/resp.hpp"

namespace banyan::redis {

/// The first word of what Redis says went wrong: `ERR`, `NOSCRIPT`, `WRONGTYPE`, …
std::string_view code_of(const resp::Reply& error) noexcept;

/// What an error that Redis answered means to whoever asked. `reason` is its first word; `detail`, for the log, all of
/// it. `unavailable`: the server cannot do it for now; `storage_full`: its memory is at its bound; `unsupported`: it
/// knows no such command; `forbidden`: the user may not; `internal`: anything else, which asking again will not mend.
/// Nothing was done, but for what a script had done before its own error.
Error error_from(const resp::Reply& error, std::source_location where = std::source_location::current());

}  // namespace banyan::redis
