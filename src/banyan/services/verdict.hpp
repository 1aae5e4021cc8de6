#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "banyan/core/record_store.hpp"
#include "banyan/services/records_state.hpp"

namespace banyan::services {

/// What the rules say of writes apart from the statements that they are part of. It never lets anything: it is asked
/// where a store's answer that comes before its rules would tell of other records, that a value is taken or that a
/// reference names nothing. Values count as they are given, before triggers.

/// The check of a new record, in which an id that the store makes is null.
Filter of_new_record(const Collection& collection, Filter check);

/// Whether rules are asked of what the write makes.
bool has_rules(const Write& write) noexcept;

/// Whether the write is an upsert that leaves alone what it meets.
bool skips_others(const Write& write) noexcept;

/// The first of the writes at `places` whose rules refuse what it would make, of the records as the store has them now
/// and as the writes before it leave them. Those of matches are looked at up to a bound. Queries: one for each write
/// that changes what is there, and one for every 1,000 records that rules look at.
Task<Result<std::optional<std::size_t>>> first_refused(Records::State& state, const Context& context,
                                                       std::span<const Write> writes,
                                                       std::span<const std::size_t> places);

}  // namespace banyan::services
