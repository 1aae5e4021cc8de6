#pragma once

#include <chrono>
#include <string_view>

#include "banyan/base/clock.hpp"
#include "banyan/base/result.hpp"
#include "banyan/core/schema.hpp"

namespace banyan::postgres {

/// The server no longer knows the prepared statement, or its table has changed since: prepare it again.
bool is_stale_statement(std::string_view sqlstate) noexcept;

/// What the server gets of the time that remains, in steps, so that it has to be told seldom; `most` at most.
std::chrono::milliseconds time_limit(Duration remaining, std::chrono::milliseconds most) noexcept;

Error damaged_record(const Collection& collection);

}  // namespace banyan::postgres
