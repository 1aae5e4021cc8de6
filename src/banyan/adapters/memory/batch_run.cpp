#include "banyan/adapters/memory/batch_run.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace banyan::memory {
namespace {

/// Names the place of the write, where there is more than one.
Error placed(Error error, std::size_t write, std::size_t writes) {
  if (writes < 2) return error;
  const std::string place = "[" + std::to_string(write) + "]";
  if (error.fields.empty()) error.fields.push_back({"", error.message});
  for (FieldProblem& problem : error.fields) {
    problem.field = problem.field.empty() ? place : place + "." + problem.field;
  }
  return error;
}

/// The fields that no two records may share, one list a constraint.
std::vector<std::vector<std::size_t>> unique_fields(const Collection& collection) {
  std::vector<std::vector<std::size_t>> all;
  for (std::size_t i = 1; i < collection.fields.size(); ++i) {
    if (collection.fields[i].unique) all.push_back({i});
  }
  for (const Index& index : collection.indexes) {
    if (index.unique) all.push_back(index.fields);
  }
  return all;
}

bool share(const std::vector<std::size_t>& fields, const Record& a, const Record& b) {
  return std::ranges::all_of(
      fields, [&](std::size_t field) { return !is_null(a.values[field]) && a.values[field] == b.values[field]; });
}

Error taken(const Collection& collection, const std::set<std::size_t>& fields) {
  std::string names;
  std::vector<FieldProblem> problems;
  for (const std::size_t field : fields) {
    names += (names.empty() ? "" : ", ") + collection.fields[field].name;
    problems.push_back({collection.fields[field].name, "is taken"});
  }
  return Error(ErrorCode::already_exists, "another record of " + collection.name + " has this " + names)
      .with_reason("unique_violation")
      .with_fields(std::move(problems));
}

}  // namespace

Error no_such_record(const RecordKey& key) { return Error(ErrorCode::not_found, "there is no " + to_string(key)); }

BatchRun::BatchRun(const Schema& schema, std::vector<Table>& tables, UnixMicros now)
    : schema_(schema),
      tables_(tables),
      related_(tables),
      now_(now),
      clock_version_(static_cast<Version>(std::max<UnixMicros>(now, 1))),
      deletions_(tables.size()) {
  for (const Table& each : tables_) last_ids_before_.push_back(each.last_id);
}

Result<Applied> BatchRun::run(const WriteBatch& batch) {
  Result<Applied> applied = run_writes(batch);
  if (!applied || batch.rehearsal) take_back();
  return applied;
}

Result<Applied> BatchRun::run_writes(const WriteBatch& batch) {
  const std::size_t count = batch.writes.size();
  Applied applied;
  for (write_ = 0; write_ < count; ++write_) {
    Result<Changes> changes = apply_one(batch.writes[write_]);
    if (!changes) return fail(placed(std::move(changes.error()), write_, count));
    applied.counts.push_back(changes->size());
    std::ranges::move(*changes, std::back_inserter(applied.changes));
  }
  for (const Check& check : checks_) {
    if (auto error = failure(check)) return fail(placed(std::move(*error), check.write, count));
  }
  for (const RecordKey& key : consequences_) applied.changes.push_back(state_of(key));
  return applied;
}

std::optional<Error> BatchRun::collision(const Collection& collection, const Record& candidate, bool is_new) const {
  std::set<std::size_t> fields;
  const auto constraints = unique_fields(collection);
  for (const auto& [id, record] : tables_[collection.index].records) {
    if (id == candidate.values[0]) {
      if (!is_new) continue;
      fields.insert(0);
    }
    for (const auto& constraint : constraints) {
      if (share(constraint, candidate, record)) fields.insert(constraint.begin(), constraint.end());
    }
  }
  if (fields.empty()) return std::nullopt;
  return taken(collection, fields);
}

const Record* BatchRun::find(const RecordKey& key) const {
  const auto& records = tables_[key.collection->index].records;
  const auto found = records.find(key.id);
  return found == records.end() ? nullptr : &found->second;
}

void BatchRun::put(const RecordKey& key, Record record) {
  remember(key);
  tables_[key.collection->index].records.insert_or_assign(key.id, std::move(record));
}

void BatchRun::erase(const RecordKey& key) {
  remember(key);
  Table& from = tables_[key.collection->index];
  const Version version = next_version(from.records.at(key.id).version);
  from.records.erase(key.id);
  if (key.collection->id_kind == IdKind::uuid) from.graves.insert_or_assign(key.id, version);
  deletions_[key.collection->index].insert_or_assign(key.id, version);
}

void BatchRun::remember(const RecordKey& key) {
  const Table& table = tables_[key.collection->index];
  Before before{.table = key.collection->index, .id = key.id};
  if (const auto found = table.records.find(key.id); found != table.records.end()) before.record = found->second;
  if (const auto found = table.graves.find(key.id); found != table.graves.end()) before.grave = found->second;
  befores_.push_back(std::move(before));
}

void BatchRun::take_back() {
  for (; !befores_.empty(); befores_.pop_back()) {
    Before& before = befores_.back();
    Table& table = tables_[before.table];
    table.records.erase(before.id);
    if (before.record) table.records.emplace(before.id, std::move(*before.record));
    table.graves.erase(before.id);
    if (before.grave) table.graves.emplace(before.id, *before.grave);
  }
  for (std::size_t i = 0; i < tables_.size(); ++i) tables_[i].last_id = last_ids_before_[i];
}

}  // namespace banyan::memory
