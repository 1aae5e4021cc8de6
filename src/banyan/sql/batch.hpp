#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/core/record_store.hpp"

namespace banyan::sql {

/// What stores share in applying a batch: what to look at when all its writes are done, and what to say when something
/// is wrong. All functions are pure.

/// A reference as a deletion sees it.
struct Incoming {
  const Collection* collection;  ///< That refers …
  std::size_t field;             ///< … by this field.
  OnDelete on_delete;  ///< What happens to its records; a required reference that cannot be cleared restricts.
};
/// Those that name records of each collection, by its place in the schema.
std::vector<std::vector<Incoming>> incoming_references(const Schema& schema);

/// Something to look at when all writes are done.
struct Check {
  std::size_t write;
  RecordKey key;          ///< The record that refers; where `field` is 0, one that was deleted.
  std::size_t field = 0;  ///< The reference …
  Value target;           ///< … and what it was made to name.
};
/// Adds a check for each reference that the write sets.
void add_checks(std::vector<Check>& checks, std::size_t place, const RecordKey& key, const Write& write);
/// The same of an upsert, which may set other fields in the record that it meets.
void add_checks(std::vector<Check>& checks, std::size_t place, const Changed& changed, const Write& write);
bool sets_reference(const Write& write);

/// Adds what cascades touched: each key once, in the order of the first touch, as the batch leaves it.
void append_caused(std::vector<Changed>& changes, std::vector<Changed> caused);

/// In a batch, an error says which write it is about: "[3]" or "[3].email".
Error placed(Error error, std::size_t place);

Error no_such(const RecordKey& key);
Error stale(const RecordKey& key);
Error not_allowed(const Collection& collection, std::string_view column);
/// The reference names no record.
Error names_nothing(const Field& field);
/// Records that refer to the one that was deleted keep it.
Error still_referred_to(const RecordKey& gone, const Incoming& from);
/// A foreign key that is in the database and not in the config is broken.
Error unknown_reference(const Write& write);
/// A table holds what its collection does not allow: another program wrote it.
Error damaged_record(const Collection& collection);
/// A rule does not hold for the record.
Error denied(const Collection& collection);
Error too_many_matches(std::size_t matches_max);
/// Adds what the texts of the changed record hold to `bytes`. An error past `bytes_max`: a write keeps all that it
/// changes in memory until it is told.
std::optional<Error> count_bytes(std::size_t& bytes, const Changed& changed, std::size_t bytes_max);
Error changes_too_large(std::size_t bytes_max);
Error cascades_too_far(std::size_t rows_max);

}  // namespace banyan::sql
