#include <algorithm>
#include <utility>

#include "banyan/adapters/memory/batch_run.hpp"

// What each kind of write does.
namespace banyan::memory {
namespace {

Error denied(const Collection& collection) {
  return Error(ErrorCode::forbidden, "the rules of " + collection.name + " do not allow this")
      .with_reason("access_denied");
}

Error too_many_matches(const Write& write) {
  return Error(ErrorCode::too_large, "more than " + std::to_string(write.matches_max) + " records match")
      .with_reason("too_many_matches")
      .with_hint("narrow the filter");
}

const FieldChange* find_change(const std::vector<FieldChange>& changes, std::size_t field) {
  const auto found = std::ranges::find(changes, field, &FieldChange::field);
  return found == changes.end() || is_null(found->value) ? nullptr : &*found;
}

}  // namespace

Result<BatchRun::Changes> BatchRun::apply_one(const Write& write) {
  switch (write.kind) {
    case Write::Kind::create: return create(write);
    case Write::Kind::update: return update(write);
    case Write::Kind::remove: return remove(write);
    case Write::Kind::update_matches: return update_matches(write);
    case Write::Kind::remove_matches: return remove_matches(write);
    case Write::Kind::upsert: return upsert(write);
  }
  std::unreachable();
}

Result<BatchRun::Changes> BatchRun::create(const Write& write) {
  const Collection& collection = *write.collection;
  Table& into = tables_[collection.index];
  Record record{.version = clock_version_, .values = std::vector<Value>(collection.fields.size())};
  for (const FieldChange& change : write.changes) record.values[change.field] = change.value;
  if (collection.id_kind == IdKind::integer) record.values[0] = ++into.last_id;
  const RecordKey key(&collection, record.values[0]);
  if (const auto grave = into.graves.find(key.id); grave != into.graves.end()) {
    record.version = next_version(grave->second);
  }
  if (auto error = collision(collection, record, true)) return fail(std::move(*error));
  put(key, record);
  if (!holds(write.check, record)) return fail(denied(collection));
  watch_references(key, write.changes);
  Changes changes;
  changes.push_back({.key = key, .version = record.version, .record = std::move(record), .created = true});
  return changes;
}

Result<BatchRun::Changes> BatchRun::update(const Write& write) {
  if (auto error = obstacle(write)) return fail(std::move(*error));
  return change({RecordKey(write.collection, write.id)}, write.changes, write.check);
}

Result<BatchRun::Changes> BatchRun::remove(const Write& write) {
  if (auto error = obstacle(write)) return fail(std::move(*error));
  return remove_all({RecordKey(write.collection, write.id)});
}

Result<BatchRun::Changes> BatchRun::update_matches(const Write& write) {
  const Result<std::vector<RecordKey>> keys = meant(write);
  if (!keys) return fail(keys.error());
  return change(*keys, write.changes, write.check);
}

Result<BatchRun::Changes> BatchRun::remove_matches(const Write& write) {
  const Result<std::vector<RecordKey>> keys = meant(write);
  if (!keys) return fail(keys.error());
  return remove_all(*keys);
}

Result<BatchRun::Changes> BatchRun::upsert(const Write& write) {
  const Record* record = met(write);
  if (record == nullptr) {
    const bool names_integer_id =
        write.collection->id_kind == IdKind::integer && find_change(write.changes, 0) != nullptr;
    if (names_integer_id) return fail(no_such_record({write.collection, find_change(write.changes, 0)->value}));
    return create(write);
  }
  if (write.on_conflict.empty()) return Changes();
  if (!holds(write.filter, *record)) return fail(denied(*write.collection));
  return change({RecordKey(write.collection, record->values[0])}, write.on_conflict, write.conflict_check);
}

std::optional<Error> BatchRun::obstacle(const Write& write) const {
  const RecordKey key(write.collection, write.id);
  const Record* record = find(key);
  if (record == nullptr) return no_such_record(key);
  if (!holds(write.filter, *record)) return denied(*write.collection);
  if (write.expected_version && *write.expected_version != record->version) {
    return Error(ErrorCode::version_mismatch, to_string(key) + " has changed since");
  }
  return std::nullopt;
}

Result<std::vector<RecordKey>> BatchRun::meant(const Write& write) const {
  std::vector<RecordKey> keys;
  for (const auto& [id, record] : tables_[write.collection->index].records)
    if (holds(write.filter, record)) keys.emplace_back(write.collection, id);
  if (keys.size() > write.matches_max) return fail(too_many_matches(write));
  return keys;
}

const Record* BatchRun::met(const Write& write) const {
  for (const auto& [id, record] : tables_[write.collection->index].records) {
    const bool conflicts = std::ranges::all_of(write.conflict, [&](std::size_t field) {
      const FieldChange* change = find_change(write.changes, field);
      return change != nullptr && change->value == record.values[field];
    });
    if (conflicts) return &record;
  }
  return nullptr;
}

Result<BatchRun::Changes> BatchRun::change(const std::vector<RecordKey>& keys, const std::vector<FieldChange>& fields,
                                           const Filter& check) {
  Changes changes;
  for (const RecordKey& key : keys) {
    Record record = *find(key);
    for (const FieldChange& field : fields) record.values[field.field] = field.value;
    record.version = next_version(record.version);
    if (auto error = collision(*key.collection, record, false)) return fail(std::move(*error));
    put(key, record);
    watch_references(key, fields);
    changes.push_back({.key = key, .version = record.version, .record = std::move(record)});
  }
  for (const Changed& changed : changes)
    if (!holds(check, *changed.record)) return fail(denied(*changed.key.collection));
  return changes;
}

BatchRun::Changes BatchRun::remove_all(const std::vector<RecordKey>& keys) {
  Changes changes;
  for (const RecordKey& key : keys) {
    Record before = *find(key);
    erase(key);
    const Version version = deletions_[key.collection->index].at(key.id);
    changes.push_back({.key = key, .version = version, .record = std::nullopt, .before = std::move(before)});
  }
  follow_deletions(keys);
  return changes;
}

}  // namespace banyan::memory
