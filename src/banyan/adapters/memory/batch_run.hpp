#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "banyan/adapters/memory/table.hpp"
#include "banyan/core/record_store.hpp"

namespace banyan::memory {

Error no_such_record(const RecordKey& key);

/// One batch on its way: applies its writes to the tables, and takes them back unless all of them hold.
/// Thread safety: none; whoever owns the tables keeps others out for its whole life.
class BatchRun {
 public:
  BatchRun(const Schema& schema, std::vector<Table>& tables, UnixMicros now);
  BatchRun(const BatchRun&) = delete;
  BatchRun& operator=(const BatchRun&) = delete;

  /// Call once.
  Result<Applied> run(const WriteBatch& batch);

 private:
  /// Something that must hold at the end of the batch.
  struct Check {
    std::size_t write;
    RecordKey key;                     ///< The record with the reference; without a field, the one that was deleted.
    std::optional<std::size_t> field;  ///< The reference …
    Value target;                      ///< … and what it was made to name.
  };
  struct Before {
    std::size_t table;
    Value id;
    std::optional<Record> record;
    std::optional<Version> grave;
  };

  using Changes = std::vector<Changed>;

  Result<Applied> run_writes(const WriteBatch& batch);
  Result<Changes> apply_one(const Write& write);
  Result<Changes> create(const Write& write);
  Result<Changes> update(const Write& write);
  Result<Changes> remove(const Write& write);
  Result<Changes> update_matches(const Write& write);
  Result<Changes> remove_matches(const Write& write);
  Result<Changes> upsert(const Write& write);

  /// Nothing if the record that an update or removal names is there, is one that it may change, and at the version that
  /// it expects.
  std::optional<Error> obstacle(const Write& write) const;
  /// The records that a write of matches means, in the order of their ids.
  Result<std::vector<RecordKey>> meant(const Write& write) const;
  /// The record that an upsert meets.
  const Record* met(const Write& write) const;

  /// Sets the fields in each, then looks whether each may be what it has become.
  Result<Changes> change(const std::vector<RecordKey>& keys, const std::vector<FieldChange>& changes,
                         const Filter& check);
  /// Deletes them together, then follows the consequences.
  Changes remove_all(const std::vector<RecordKey>& keys);
  bool holds(const Filter& filter, const Record& record) const { return matches(filter, record, &related_); }

  std::optional<Error> collision(const Collection& collection, const Record& candidate, bool is_new) const;
  void watch_references(const RecordKey& key, const std::vector<FieldChange>& changes);
  std::optional<Error> failure(const Check& check) const;

  void put(const RecordKey& key, Record record);
  void erase(const RecordKey& key);
  /// What the deletion of a level of records does to the next.
  void follow_deletions(std::vector<RecordKey> level);
  void follow_reference(const RecordKey& gone, const IncomingReference& reference, OnDelete action,
                        std::vector<RecordKey>& deleted);
  void clear_reference(const RecordKey& key, std::size_t field);
  std::vector<RecordKey> referring(const IncomingReference& reference, const Value& id) const;
  Changed state_of(const RecordKey& key) const;

  void remember(const RecordKey& key);
  void take_back();

  const Record* find(const RecordKey& key) const;
  Version next_version(Version old) const { return std::max(old + 1, clock_version_); }

  const Schema& schema_;
  std::vector<Table>& tables_;
  RelatedInTables related_;
  UnixMicros now_;
  Version clock_version_;
  std::size_t write_ = 0;  ///< The one being applied.
  std::vector<Check> checks_;
  std::vector<RecordKey> consequences_;  ///< What cascades touched, each once, in the order of the first touch.
  std::vector<std::map<Value, Version, IdOrder>> deletions_;  ///< Of this batch, by collection.
  std::vector<Before> befores_;
  std::vector<std::int64_t> last_ids_before_;
};

}  // namespace banyan::memory
