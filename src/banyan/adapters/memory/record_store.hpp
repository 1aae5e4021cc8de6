#pragma once

#include <mutex>
#include <vector>

#include "banyan/adapters/memory/batch_run.hpp"
#include "banyan/core/record_store.hpp"

namespace banyan::memory {

/// Records in this process's memory: the model that every other store is compared with, and the double for tests of
/// what stands on a store. Made to be obviously right rather than fast: finds cost the logarithm of a collection, all
/// else its size. Keeps nothing on disk.
///
/// Where record_store.hpp leaves room, this is what it does, and what other stores are held to:
/// - Writes of a batch happen one after another. Uniqueness is checked at each write, so two records cannot swap a
///   unique value in one batch; the error names every field that collides.
/// - The obstacles of one write are met in this order: the record is not there, `filter`, the expected version, what is
///   taken, `check`. A write of matches changes or deletes all of them before it looks at what follows.
/// - References are checked at the end of the batch, as deferred constraints are: a batch may name what it makes
///   later. The checks run in the order of writes, then of the write's changes; the first that fails is the error.
/// - A deletion takes its consequences with it at once, level by level, each level in the order of
///   Schema::references_to, first what cascades: `cascade` deletes, `set_null` clears the field, raises the version and
///   sets updated_at. So nothing is cleared that goes with its level.
///   `restrict` is checked at the end of the batch: reference_broken, whose message names the referring collection,
///   if something still points to a record that is gone.
/// - What a cascade touched is in Applied once, as it is at the end of the batch.
/// - Ids and everything else of a batch that fails, or is a rehearsal, are given back: its ids are used again.
/// - A uuid that is created again gets a version past that of its deletion.
///
/// The clock is read once a batch. Answers at once, on the calling thread. Thread-safe.
class RecordStore final : public banyan::RecordStore {
 public:
  /// Both outlive the store.
  RecordStore(const Schema& schema, const Clock& clock);

  Task<Result<Record>> find(const Context& context, const RecordKey& key, Source source) override;
  Task<Result<RecordPage>> list(const Context& context, Query query) override;
  Task<Result<Applied>> apply(const Context& context, WriteBatch batch) override;
  std::optional<std::string> unready_reason() const override { return std::nullopt; }

  /// The last integer id that a record of the collection was given.
  std::int64_t last_id(const Collection& collection);

 private:
  const Schema& schema_;
  const Clock& clock_;
  std::mutex mutex_;
  std::vector<Table> tables_;  ///< One a collection, in the schema's order.
};

}  // namespace banyan::memory
