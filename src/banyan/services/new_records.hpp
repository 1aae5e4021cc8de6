#pragma once

#include <optional>
#include <span>
#include <vector>

#include "banyan/core/record_store.hpp"
#include "banyan/services/records_state.hpp"

namespace banyan::services {

/// A record that is to be made, and what its rules ask of it. Kept beside its write, for two answers of the store that
/// come before the rules are asked would tell of other records: that a value is taken, and that a reference names
/// nothing.
struct NewRecord {
  const Collection* collection = nullptr;
  Record record;  ///< As it is given: without an id that the store makes, and before triggers.
  Filter check;
  /// What an upsert meets another by; a null or no field meets nothing.
  std::vector<FieldChange> conflict = {};
  bool skips_others = false;  ///< An upsert that leaves alone what it meets: its rules are asked before the store is.
};

/// The check of a new record, in which an id that the store makes is null.
Filter of_new_record(const Collection& collection, Filter check);

/// The new record of a write that makes one, if its check asks anything.
std::optional<NewRecord> new_record_of(const Write& write);

/// The place of the first that its rules do not let be made, whatever is there already; an upsert that would change the
/// record that it meets makes none, and is passed over. Asks one query a collection that rules look at, and one for an
/// upsert that would be refused.
Task<Result<std::optional<std::size_t>>> first_not_to_be_made(Records::State& state, const Context& context,
                                                              std::span<const NewRecord* const> all);

}  // namespace banyan::services
