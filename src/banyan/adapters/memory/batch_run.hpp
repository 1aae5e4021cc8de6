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

  Result<Applied> run_writes(const WriteBatch& batch);
  Result<Changed> apply_one(const Write& write);
  Result<Changed> create(const Write& write);
  Result<Changed> update(const Write& write);
  Result<Changed> remove(const Write& write);
  /// The record that an update or removal names, at the version it expects.
  Result<const Record*> current(const Write& write) const;

  std::optional<Error> collision(const Collection& collection, const Record& candidate, bool is_new) const;
  void watch_references(const RecordKey& key, const std::vector<FieldChange>& changes);
  std::optional<Error> failure(const Check& check) const;

  void put(const RecordKey& key, Record record);
  void erase(const RecordKey& key);
  void delete_with_consequences(const RecordKey& key);
  void follow_reference(const RecordKey& gone, const IncomingReference& reference, std::vector<RecordKey>& deleted);
  void clear_reference(const RecordKey& key, std::size_t field);
  std::vector<RecordKey> referring(const IncomingReference& reference, const Value& id) const;
  Changed state_of(const RecordKey& key) const;

  void remember(const RecordKey& key);
  void take_back();

  const Record* find(const RecordKey& key) const;
  Version next_version(Version old) const { return std::max(old + 1, clock_version_); }

  const Schema& schema_;
  std::vector<Table>& tables_;
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
