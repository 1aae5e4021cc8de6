#pragma once

#include <optional>
#include <string>
#include <vector>

#include "banyan/base/context.hpp"
#include "banyan/base/result.hpp"
#include "banyan/base/task.hpp"
#include "banyan/core/cache_use.hpp"
#include "banyan/core/query.hpp"
#include "banyan/core/record.hpp"

namespace banyan {

struct FieldChange {
  std::size_t field = 0;
  Value value;
};

/// One change of one record, or of all that match. Values are valid and canonical already; what only the store can know
/// (uniqueness, references, the current version, what a filter matches) it checks itself, in the transaction.
struct Write {
  enum class Kind : unsigned char {
    create,  ///< `changes` hold every field but an integer id.
    update,  ///< `changes` hold the fields to set; the record must exist.
    remove,
    update_matches,  ///< Every record that `filter` matches; none is no error.
    remove_matches,
    /// As create, unless a record has the same values in the fields `conflict`: then `on_conflict` are set in it, or,
    /// where they are empty, it stays as it is, unasked, and is in no answer. Nulls do not conflict. No record is made
    /// under an integer id that `changes` name: not_found.
    upsert,
  };
  Kind kind = Kind::create;
  const Collection* collection = nullptr;
  Value id;                                 ///< update, remove.
  std::vector<FieldChange> changes;         ///< create, update, update_matches, upsert.
  std::optional<Version> expected_version;  ///< update, remove: else version_mismatch.
  /// What the record must match before it is changed. update, remove, and the record that an upsert changes: else
  /// `forbidden`, with the reason `access_denied`. *_matches: which records are meant.
  Filter filter;
  /// What the record must match when it has been created or changed: else `forbidden`, with the reason `access_denied`.
  Filter check;
  /// The same for the record that an upsert has changed; `check` is for the one that it has created.
  Filter conflict_check;
  std::size_t matches_max = 10'000;      ///< *_matches: more are `too_large` with the reason `too_many_matches`.
  std::vector<std::size_t> conflict;     ///< upsert: the id, a unique field, or the fields of a unique index.
  std::vector<FieldChange> on_conflict;  ///< upsert.
};

/// Writes that happen together or not at all.
struct WriteBatch {
  std::vector<Write> writes;
  /// Everything is done and then undone: the answer is what would be. Ids may be used up.
  bool rehearsal = false;
};

/// What a key is now: at a version, there or gone.
struct Changed {
  RecordKey key;
  Version version = 0;
  std::optional<Record> record;  ///< Nothing: deleted. For what a cascade touched, the record as it is now.
  bool created = false;          ///< By a create, or by an upsert that met nothing.
  std::optional<Record> before = std::nullopt;  ///< What remove and remove_matches deleted, as it was.
};

struct Applied {
  /// What each write changed, in order: one for create, update and remove; for *_matches any number, in the order of
  /// their ids; for an upsert at most one. Then what the writes caused elsewhere (cascades, references set to null).
  std::vector<Changed> changes;
  std::vector<std::size_t> counts = {};  ///< How many of `changes` each write made itself.
  /// Whether the shared cache was in use after the commit, where instances agree on that.
  std::optional<CacheUse> cache_use = std::nullopt;
};

/// The durable truth: collections of records, each with a key and a version.
/// Thread-safe: every function may be called from any event loop; results arrive on `context.executor`.
/// Where there are replicas, what was read or written is folded into `context.reached`.
/// Common errors: deadline_exceeded, overloaded, unavailable, storage_full, internal.
class RecordStore {
 public:
  virtual ~RecordStore() = default;

  /// The record, or `not_found`.
  virtual Task<Result<Record>> find(const Context& context, const RecordKey& key, Source source) = 0;

  /// The page of matches that the query asks for, in its order, with what belongs to them, all as of one moment; empty
  /// when nothing matches. As many statements as the query has embeds, and one more, however many records there are.
  /// Errors: too_large (a page of too many bytes, more than embedded_records_max, a filter past the store's bounds),
  /// unsupported (what this store cannot do). Answered by anything as far as the context's position.
  virtual Task<Result<RecordPage>> list(const Context& context, Query query) = 0;

  /// Applies all of the batch in one transaction, or none of it, and answers when it is on disk.
  /// A new record's version is the store's clock in microseconds; a changed or deleted one's `max(old + 1, clock)`.
  /// Errors: not_found (update, remove), forbidden (see Write), already_exists (names the field), reference_broken
  /// (names the field or the referring collection), version_mismatch, too_large. In a batch of more than one, `fields`
  /// of the error name the place as "[i]" or "[i].field". Once begun it may run to its end whatever the deadline; where
  /// the database is silent it is `outcome_unknown`.
  virtual Task<Result<Applied>> apply(const Context& context, WriteBatch batch) = 0;

  /// Nothing when the store can serve, else why not, in words for an operator. Never blocks.
  virtual std::optional<std::string> unready_reason() const = 0;
};

}  // namespace banyan
