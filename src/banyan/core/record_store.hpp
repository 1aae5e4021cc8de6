#pragma once

#include <optional>
#include <string>
#include <vector>

#include "banyan/base/context.hpp"
#include "banyan/base/result.hpp"
#include "banyan/base/task.hpp"
#include "banyan/core/query.hpp"
#include "banyan/core/record.hpp"

namespace banyan {

struct FieldChange {
  std::size_t field = 0;
  Value value;
};

/// One change of one record. Values are valid and canonical already; what only the store can know (uniqueness,
/// references, the current version) it checks itself.
struct Write {
  enum class Kind : unsigned char {
    create,  ///< `changes` hold every field but an integer id.
    update,  ///< `changes` hold the fields to set; the record must exist.
    remove,
  };
  Kind kind = Kind::create;
  const Collection* collection = nullptr;
  Value id;                                 ///< update, remove.
  std::vector<FieldChange> changes;         ///< create, update.
  std::optional<Version> expected_version;  ///< update, remove: else version_mismatch.
};

/// Writes that happen together or not at all.
struct WriteBatch {
  std::vector<Write> writes;
};

/// What a key is now: at a version, there or gone.
struct Changed {
  RecordKey key;
  Version version = 0;
  std::optional<Record> record;  ///< Nothing: deleted. For what a cascade touched, the record as it is now.
};

struct Applied {
  /// One a write, in order; then what the writes caused elsewhere (cascades, references set to null).
  std::vector<Changed> changes;
  Position position;
};

/// The durable truth: collections of records, each with a key and a version.
/// Thread-safe: every function may be called from any event loop; results arrive on `context.executor`.
/// Common errors: deadline_exceeded, overloaded, unavailable, storage_full, internal.
class RecordStore {
 public:
  virtual ~RecordStore() = default;

  /// The record, or `not_found`.
  virtual Task<Result<Record>> find(const Context& context, const RecordKey& key) = 0;

  /// The page of matches that the query asks for, in its order; empty when nothing matches.
  virtual Task<Result<RecordPage>> list(const Context& context, Query query) = 0;

  /// Applies all of the batch in one transaction, or none of it, and answers when it is on disk.
  /// A new record's version is the store's clock in microseconds; a changed or deleted one's `max(old + 1, clock)`.
  /// Errors: not_found (update, remove), already_exists (names the field), reference_broken (names the field or the
  /// referring collection), version_mismatch, too_large. In a batch of more than one, `fields` of the error name the
  /// place as "[i]" or "[i].field".
  /// Once begun it may run to its end whatever the deadline; where the database is silent it is `outcome_unknown`.
  virtual Task<Result<Applied>> apply(const Context& context, WriteBatch batch) = 0;

  /// Nothing when the store can serve, else why not, in words for an operator. Never blocks.
  virtual std::optional<std::string> unready_reason() const = 0;
};

}  // namespace banyan
