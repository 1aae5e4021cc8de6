// The part of Applier that keeps references whole.
#include "banyan/adapters/sqlite/applier.hpp"
#include "banyan/adapters/sqlite/dialect.hpp"
#include "banyan/adapters/sqlite/errors.hpp"
#include "banyan/core/timestamps.hpp"
#include "banyan/sql/statements.hpp"

namespace banyan::sqlite {
namespace {

constexpr SqliteDialect dialect;

Error broken_reference(std::string message) {
  return Error(ErrorCode::reference_broken, std::move(message)).with_reason("foreign_key_violation");
}

/// Of a foreign key that is in the database and not in the config.
Error unknown_reference(const Write& write) {
  if (write.kind == Write::Kind::remove) {
    return broken_reference("records of a table that the config does not know refer to this record");
  }
  return broken_reference("a foreign key of the table " + write.collection->name +
                          " that the config does not know would be broken")
      .with_hint("name the reference in the config, or take the foreign key out of the database");
}

Error too_many(std::size_t rows_max) {
  return Error(ErrorCode::too_large, "deleting this would touch more than " + std::to_string(rows_max) + " records")
      .with_hint("delete the records that refer to it first, in parts");
}

}  // namespace

bool Applier::references_are_open() const {
  int open = 0;
  int highest = 0;
  sqlite3_db_status(connection_.get(), SQLITE_DBSTATUS_DEFERRED_FKS, &open, &highest, 0);
  return open != 0;
}

void Applier::note_deletion(const RecordKey& key, Version version) {
  if (key.collection->id_kind == IdKind::uuid) graves_.add(key, version, static_cast<Version>(now_));
}

void Applier::watch_references(const RecordKey& key, const Write& write) {
  for (const FieldChange& change : write.changes) {
    if (key.collection->fields[change.field].type != FieldType::reference || is_null(change.value)) continue;
    checks_.push_back({.write = write_, .key = key, .field = change.field, .target = change.value});
  }
}

Result<void> Applier::cascade(const RecordKey& key, std::vector<Changed>& caused) {
  if (plans_[key.collection->index].incoming.empty()) return {};
  std::vector<RecordKey> deleted{key};
  for (std::size_t i = 0; i < deleted.size(); ++i) {  // grows by what cascades
    const RecordKey gone = deleted[i];
    for (const Incoming& from : plans_[gone.collection->index].incoming) {
      if (from.on_delete == OnDelete::restrict) continue;
      auto done = from.on_delete == OnDelete::cascade ? remove_referring(from, gone.id, deleted, caused)
                                                      : clear_referring(from, gone.id, caused);
      if (!done) return done;
    }
    checks_.push_back({.write = write_, .key = gone, .target = Null{}});
  }
  return {};
}

Result<void> Applier::check_all(const WriteBatch& batch, std::size_t& write) {
  if (!references_are_open()) return {};
  for (const Check& check : checks_) {
    write = check.write;
    auto done = check.field == 0 ? check_restricted(check.key) : check_reference(check);
    if (!done) return done;
  }
  write = opened_by_;
  return fail(unknown_reference(batch.writes[write]));
}

Result<bool> Applier::exists(const RecordKey& key) {
  const Collection& collection = *key.collection;
  auto found = statement('v', collection, 0, [&] { return sql::select_version(dialect, collection); });
  if (!found) return fail(std::move(found.error()));
  const Use use(**found);
  (*found)->bind(1, key.id);
  const int rc = (*found)->step();
  if (rc == SQLITE_ROW || rc == SQLITE_DONE) return rc == SQLITE_ROW;
  return fail(failure(rc, collection));
}

Result<void> Applier::check_reference(const Check& check) {
  const Collection& collection = *check.key.collection;
  const Field& field = collection.fields[check.field];
  auto target = exists(RecordKey(&schema_.collections[field.reference_index], check.target));
  if (!target) return fail(std::move(target.error()));
  if (*target) return {};
  // Only what still refers to it: a later write of the batch may have changed or deleted the record.
  auto found =
      statement('s', collection, check.field, [&] { return sql::select_naming(dialect, collection, check.field); });
  if (!found) return fail(std::move(found.error()));
  const Use use(**found);
  (*found)->bind(1, check.key.id);
  (*found)->bind(2, check.target);
  const int rc = (*found)->step();
  if (rc == SQLITE_DONE) return {};
  if (rc != SQLITE_ROW) return fail(failure(rc, collection));
  Error error = broken_reference(field.name + " names no record of " + field.reference_to);
  error.fields.push_back({field.name, "names no record of " + field.reference_to});
  return fail(std::move(error));
}

Result<void> Applier::remove_referring(const Incoming& from, const Value& id, std::vector<RecordKey>& deleted,
                                       std::vector<Changed>& caused) {
  const Collection& collection = *from.collection;
  auto found =
      statement('c', collection, from.field, [&] { return sql::remove_referring(dialect, collection, from.field); });
  if (!found) return fail(std::move(found.error()));
  Statement& statement = **found;
  const Use use(statement);
  statement.bind(1, id);
  statement.bind(2, now_);
  statement.bind(3, static_cast<std::int64_t>(cascade_rows_max_ - cascaded_ + 1));
  int rc = SQLITE_OK;
  while ((rc = statement.step()) == SQLITE_ROW) {
    if (++cascaded_ > cascade_rows_max_) return fail(too_many(cascade_rows_max_));
    Changed changed{.key = {&collection, Null{}}, .version = static_cast<Version>(statement.integer(1))};
    read_value(statement, 0, collection.fields.front().storage, changed.key.id);
    deleted.push_back(changed.key);
    note_deletion(changed.key, changed.version);
    caused.push_back(std::move(changed));
  }
  if (rc != SQLITE_DONE) return fail(failure(rc, collection));
  return {};
}

Result<void> Applier::clear_referring(const Incoming& from, const Value& id, std::vector<Changed>& caused) {
  const Collection& collection = *from.collection;
  auto found =
      statement('n', collection, from.field, [&] { return sql::clear_referring(dialect, collection, from.field); });
  if (!found) return fail(std::move(found.error()));
  Statement& statement = **found;
  const std::string now = format_timestamp(now_);
  const Use use(statement);
  statement.bind(1, id);
  statement.bind(2, now_);
  statement.bind(3, std::string_view(now));
  statement.bind(4, static_cast<std::int64_t>(cascade_rows_max_ - cascaded_ + 1));
  int rc = SQLITE_OK;
  while ((rc = statement.step()) == SQLITE_ROW) {
    if (++cascaded_ > cascade_rows_max_) return fail(too_many(cascade_rows_max_));
    Changed& changed = caused.emplace_back();
    changed.record.emplace();
    if (!read_record(statement, collection, *changed.record)) {
      return fail(Error(ErrorCode::internal, "a record holds what its collection does not allow"));
    }
    changed.key = {&collection, changed.record->values.front()};
    changed.version = changed.record->version;
  }
  if (rc != SQLITE_DONE) return fail(failure(rc, collection));
  return {};
}

Result<void> Applier::check_restricted(const RecordKey& gone) {
  auto again = exists(gone);
  if (!again) return fail(std::move(again.error()));
  if (*again) return {};  // a later write made it again
  for (const Incoming& from : plans_[gone.collection->index].incoming) {
    if (from.on_delete != OnDelete::restrict) continue;
    const Collection& collection = *from.collection;
    auto found =
        statement('r', collection, from.field, [&] { return sql::select_referring(dialect, collection, from.field); });
    if (!found) return fail(std::move(found.error()));
    const Use use(**found);
    (*found)->bind(1, gone.id);
    const int rc = (*found)->step();
    if (rc == SQLITE_DONE) continue;
    if (rc != SQLITE_ROW) return fail(failure(rc, collection));
    return fail(broken_reference("records of " + collection.name + " still refer to " + to_string(gone))
                    .with_hint("delete them first, or change their " + collection.fields[from.field].name));
  }
  return {};
}

}  // namespace banyan::sqlite
