#pragma once

#include <optional>
#include <span>

#include "banyan/adapters/postgres/dialect.hpp"
#include "banyan/adapters/postgres/session.hpp"
#include "banyan/core/query.hpp"

namespace banyan::postgres {

/// Up to how many matches an estimate is exact.
inline constexpr std::uint64_t counted_exactly_max = 1'000;

/// Adds the statements that tell how many records match, as well as the query wants to know; or nothing, and says why.
std::optional<Error> add_counts(Session& session, Statements& statements, const PostgresDialect& dialect,
                                const Schema& schema, const Query& query);
/// What those answer.
std::uint64_t count_in(const Query& query, std::span<const ResultHandle> results);

}  // namespace banyan::postgres
