#include <algorithm>
#include <utility>

#include "banyan/adapters/memory/batch_run.hpp"
#include "banyan/core/timestamps.hpp"

// References: what deletions do to those who refer to what is gone, and the checks at the end of a batch.
namespace banyan::memory {
namespace {

Error still_referred_to(const Collection& referring, const RecordKey& key) {
  return Error(ErrorCode::reference_broken, "records of " + referring.name + " still refer to " + to_string(key))
      .with_reason("foreign_key_violation");
}

Error names_nothing(const Field& field) {
  return Error(ErrorCode::reference_broken, field.name + " names no record of " + field.reference_to)
      .with_reason("foreign_key_violation")
      .with_fields({{field.name, "names no record of " + field.reference_to}});
}

/// What a deletion does to those who refer to it by this field. A required field cannot be cleared.
OnDelete consequence(const Field& field) {
  if (field.on_delete == OnDelete::set_null && field.required) return OnDelete::restrict;
  return field.on_delete;
}

}  // namespace

void BatchRun::watch_references(const RecordKey& key, const std::vector<FieldChange>& changes) {
  for (const FieldChange& change : changes) {
    if (key.collection->fields[change.field].type != FieldType::reference || is_null(change.value)) continue;
    checks_.push_back({.write = write_, .key = key, .field = change.field, .target = change.value});
  }
}

std::optional<Error> BatchRun::failure(const Check& check) const {
  if (!check.field) {
    if (find(check.key) != nullptr) return std::nullopt;  // a later write made it again
    for (const IncomingReference& reference : schema_.references_to(check.key.collection->index)) {
      const Collection& collection = schema_.collections[reference.collection];
      if (consequence(collection.fields[reference.field]) != OnDelete::restrict) continue;
      if (!referring(reference, check.key.id).empty()) return still_referred_to(collection, check.key);
    }
    return std::nullopt;
  }
  const Record* record = find(check.key);
  if (record == nullptr || record->values[*check.field] != check.target) return std::nullopt;
  const Field& field = check.key.collection->fields[*check.field];
  if (find(RecordKey(&schema_.collections[field.reference_index], check.target)) != nullptr) return std::nullopt;
  return names_nothing(field);
}

void BatchRun::follow_deletions(std::vector<RecordKey> level) {
  while (!level.empty()) {
    std::vector<RecordKey> next;
    for (const OnDelete action : {OnDelete::cascade, OnDelete::set_null}) {
      for (const RecordKey& gone : level)
        for (const IncomingReference& reference : schema_.references_to(gone.collection->index))
          follow_reference(gone, reference, action, next);
    }
    for (const RecordKey& gone : level)
      checks_.push_back({.write = write_, .key = gone, .field = std::nullopt, .target = Null()});
    level = std::move(next);
  }
}

void BatchRun::follow_reference(const RecordKey& gone, const IncomingReference& reference, OnDelete action,
                                std::vector<RecordKey>& deleted) {
  if (consequence(schema_.collections[reference.collection].fields[reference.field]) != action) return;
  for (const RecordKey& key : referring(reference, gone.id)) {
    if (action == OnDelete::cascade) {
      erase(key);
      deleted.push_back(key);
    } else {
      clear_reference(key, reference.field);
    }
    if (std::ranges::find(consequences_, key) == consequences_.end()) consequences_.push_back(key);
  }
}

void BatchRun::clear_reference(const RecordKey& key, std::size_t field) {
  Record record = *find(key);
  record.values[field] = Null();
  record.version = next_version(record.version);
  for (std::size_t i = 0; i < key.collection->fields.size(); ++i) {
    if (key.collection->fields[i].role == FieldRole::updated_at) record.values[i] = format_timestamp(now_);
  }
  put(key, std::move(record));
}

std::vector<RecordKey> BatchRun::referring(const IncomingReference& reference, const Value& id) const {
  const Collection& collection = schema_.collections[reference.collection];
  std::vector<RecordKey> keys;
  for (const auto& [referring_id, record] : tables_[collection.index].records) {
    if (record.values[reference.field] == id) keys.emplace_back(&collection, referring_id);
  }
  return keys;
}

Changed BatchRun::state_of(const RecordKey& key) const {
  if (const Record* record = find(key)) return {.key = key, .version = record->version, .record = *record};
  return {.key = key, .version = deletions_[key.collection->index].at(key.id), .record = std::nullopt};
}

}  // namespace banyan::memory
