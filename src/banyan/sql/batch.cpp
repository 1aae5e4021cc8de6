#include "banyan/sql/batch.hpp"

#include <algorithm>
#include <span>
#include <unordered_map>

#include "banyan/sql/pages.hpp"

namespace banyan::sql {
namespace {

bool is_reference(const Collection& collection, const FieldChange& change) {
  return collection.fields[change.field].type == FieldType::reference && !is_null(change.value);
}

void add_checks(std::vector<Check>& checks, std::size_t place, const RecordKey& key, const Collection& collection,
                std::span<const FieldChange> changes) {
  for (const FieldChange& change : changes) {
    if (!is_reference(collection, change)) continue;
    checks.push_back({.write = place, .key = key, .field = change.field, .target = change.value});
  }
}

Error broken_reference(std::string message) {
  return Error(ErrorCode::reference_broken, std::move(message)).with_reason("foreign_key_violation");
}

}  // namespace

std::vector<std::vector<Incoming>> incoming_references(const Schema& schema) {
  std::vector<std::vector<Incoming>> incoming(schema.collections.size());
  for (const Collection& collection : schema.collections) {
    for (const IncomingReference& reference : schema.references_to(collection.index)) {
      const Collection& from = schema.collections[reference.collection];
      const Field& field = from.fields[reference.field];
      const bool stuck = field.on_delete == OnDelete::set_null && field.required;
      incoming[collection.index].push_back({&from, reference.field, stuck ? OnDelete::restrict : field.on_delete});
    }
  }
  return incoming;
}

bool sets_reference(const Write& write) {
  return std::ranges::any_of(write.changes,
                             [&](const FieldChange& change) { return is_reference(*write.collection, change); });
}

void add_checks(std::vector<Check>& checks, std::size_t place, const RecordKey& key, const Write& write) {
  add_checks(checks, place, key, *write.collection, write.changes);
}

void add_checks(std::vector<Check>& checks, std::size_t place, const Changed& changed, const Write& write) {
  const bool met = write.kind == Write::Kind::upsert && !changed.created;
  add_checks(checks, place, changed.key, *write.collection, met ? write.on_conflict : write.changes);
}

Error placed(Error error, std::size_t place) {
  const std::string prefix = "[" + std::to_string(place) + "]";
  if (error.fields.empty())
    error.fields.push_back({prefix, error.message});
  else
    for (FieldProblem& problem : error.fields) problem.field = prefix + "." + problem.field;
  return error;
}

void append_caused(std::vector<Changed>& changes, std::vector<Changed> caused) {
  if (caused.empty()) return;
  std::unordered_map<std::string, std::size_t> places;
  const std::size_t writes = changes.size();
  for (Changed& changed : caused) {
    const auto [place, is_new] = places.try_emplace(to_string(changed.key), changes.size());
    if (is_new)
      changes.push_back(std::move(changed));
    else if (changed.version > changes[place->second].version)
      changes[place->second] = std::move(changed);
  }
  // A write of the batch may have touched the same record again.
  for (std::size_t i = 0; i < writes; ++i) {
    const auto place = places.find(to_string(changes[i].key));
    if (place != places.end() && changes[i].version > changes[place->second].version)
      changes[place->second] = changes[i];
  }
}

Error no_such(const RecordKey& key) { return Error(ErrorCode::not_found, "there is no " + to_string(key)); }

Error stale(const RecordKey& key) {
  return Error(ErrorCode::version_mismatch, to_string(key) + " has changed since it was read")
      .with_hint("read it again, and repeat the change on what is there now");
}

Error not_allowed(const Collection& collection, std::string_view column) {
  return Error(ErrorCode::internal, "a record holds what its collection does not allow")
      .with_detail("table " + collection.name + ", column " + std::string(column) +
                   ": changed by a trigger, or another program?");
}

Error names_nothing(const Field& field) {
  const std::string problem = "names no record of " + field.reference_to;
  Error error = broken_reference(field.name + " " + problem);
  error.fields.push_back({field.name, problem});
  return error;
}

Error still_referred_to(const RecordKey& gone, const Incoming& from) {
  const Collection& collection = *from.collection;
  return broken_reference("records of " + collection.name + " still refer to " + to_string(gone))
      .with_hint("delete them first, or change their " + collection.fields[from.field].name);
}

Error unknown_reference(const Write& write) {
  if (write.kind == Write::Kind::remove) {
    return broken_reference("records of a table that the config does not know refer to this record");
  }
  return broken_reference("a foreign key of the table " + write.collection->name +
                          " that the config does not know would be broken")
      .with_hint("name the reference in the config, or take the foreign key out of the database");
}

Error damaged_record(const Collection& collection) {
  return Error(ErrorCode::internal, "a record of " + collection.name + " holds what its collection does not allow")
      .with_hint("the log says which; docs/values.md says what each type holds")
      .with_detail("table " + collection.name + ": written by another program?");
}

Error denied(const Collection& collection) {
  return Error(ErrorCode::forbidden, "the rules of " + collection.name + " do not allow this")
      .with_reason("access_denied");
}

Error too_many_matches(std::size_t matches_max) {
  return Error(ErrorCode::too_large, "more than " + std::to_string(matches_max) + " records match")
      .with_reason("too_many_matches")
      .with_hint("narrow the filter");
}

Error changes_too_large(std::size_t bytes_max) {
  return Error(ErrorCode::too_large, "the records hold more than " + std::to_string(bytes_max) + " bytes together")
      .with_reason("changes_too_large")
      .with_hint("change fewer of them at once");
}

std::optional<Error> count_bytes(std::size_t& bytes, const Changed& changed, std::size_t bytes_max) {
  if (changed.record) bytes += text_bytes(changed.record->values);
  if (changed.before) bytes += text_bytes(changed.before->values);
  if (bytes <= bytes_max) return std::nullopt;
  return changes_too_large(bytes_max);
}

Error cascades_too_far(std::size_t rows_max) {
  return Error(ErrorCode::too_large, "deleting this would touch more than " + std::to_string(rows_max) + " records")
      .with_hint("delete the records that refer to it first, in parts");
}

}  // namespace banyan::sql
