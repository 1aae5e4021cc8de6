// The part of Applier that keeps references whole.
#include <algorithm>

#include "banyan/adapters/sqlite/applier.hpp"
#include "banyan/adapters/sqlite/dialect.hpp"
#include "banyan/adapters/sqlite/errors.hpp"
#include "banyan/core/timestamps.hpp"
#include "banyan/sql/batch.hpp"
#include "banyan/sql/statements.hpp"

namespace banyan::sqlite {
namespace {}  // namespace

bool Applier::references_are_open() const {
  int open = 0;
  int highest = 0;
  sqlite3_db_status(connection_.get(), SQLITE_DBSTATUS_DEFERRED_FKS, &open, &highest, 0);
  return open != 0;
}

void Applier::note_deletion(const RecordKey& key, Version version) {
  if (key.collection->id_kind == IdKind::uuid) new_graves_.add(key, version, static_cast<Version>(now_));
}

// First what cascades, so that nothing is cleared that goes with its level.
Result<void> Applier::cascade(const Collection& collection, std::vector<Value> ids, Changes& caused) {
  std::vector<Gone> level;
  level.push_back({&collection, std::move(ids)});
  while (!level.empty()) {
    std::vector<Gone> next;
    for (const OnDelete action : {OnDelete::cascade, OnDelete::set_null})
      for (const Gone& gone : level)
        if (auto done = follow(gone, action, next, caused); !done) return done;
    for (const Gone& gone : level)
      for (const Value& id : gone.ids)
        checks_.push_back({.write = write_, .key = {gone.collection, id}, .target = Null{}});
    level = std::move(next);
  }
  return {};
}

Result<void> Applier::follow(const Gone& gone, OnDelete action, std::vector<Gone>& deleted, Changes& caused) {
  const auto& incoming = plans_[gone.collection->index].incoming;
  if (std::ranges::find(incoming, action, &sql::Incoming::on_delete) == incoming.end()) return {};
  const Value list = dialect.list_operand(gone.ids);
  for (const sql::Incoming& from : incoming) {
    if (from.on_delete != action) continue;
    if (action == OnDelete::set_null) {
      if (auto done = clear_referring(from, list, caused); !done) return done;
      continue;
    }
    auto more = remove_referring(from, list, caused);
    if (!more) return fail(std::move(more.error()));
    if (!more->empty()) deleted.push_back({from.collection, std::move(*more)});
  }
  return {};
}

Result<void> Applier::check_all(const WriteBatch& batch, std::size_t& write) {
  if (!references_are_open()) return {};
  for (const sql::Check& check : checks_) {
    write = check.write;
    auto done = check.field == 0 ? check_restricted(check.key) : check_reference(check);
    if (!done) return done;
  }
  write = opened_by_;
  return fail(sql::unknown_reference(batch.writes[write]));
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

Result<void> Applier::check_reference(const sql::Check& check) {
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
  return fail(sql::names_nothing(field));
}

Result<std::vector<Value>> Applier::remove_referring(const sql::Incoming& from, const Value& ids, Changes& caused) {
  const Collection& collection = *from.collection;
  auto found =
      statement('c', collection, from.field, [&] { return sql::remove_referring(dialect, collection, from.field); });
  if (!found) return fail(std::move(found.error()));
  Statement& statement = **found;
  const Use use(statement);
  statement.bind(1, ids);
  statement.bind(2, now_);
  statement.bind(3, static_cast<std::int64_t>(cascade_rows_max_ - cascaded_ + 1));
  std::vector<Value> deleted;
  int rc = SQLITE_OK;
  while ((rc = statement.step()) == SQLITE_ROW) {
    if (++cascaded_ > cascade_rows_max_) return fail(sql::cascades_too_far(cascade_rows_max_));
    Changed changed{.key = {&collection, Null{}}, .version = static_cast<Version>(statement.integer(1))};
    read_value(statement, 0, collection.fields.front().storage, changed.key.id);
    deleted.push_back(changed.key.id);
    note_deletion(changed.key, changed.version);
    caused.push_back(std::move(changed));
  }
  if (rc != SQLITE_DONE) return fail(failure(rc, collection));
  return deleted;
}

Result<void> Applier::clear_referring(const sql::Incoming& from, const Value& ids, Changes& caused) {
  const Collection& collection = *from.collection;
  auto found =
      statement('n', collection, from.field, [&] { return sql::clear_referring(dialect, collection, from.field); });
  if (!found) return fail(std::move(found.error()));
  Statement& statement = **found;
  const std::string now = format_timestamp(now_);
  const Use use(statement);
  statement.bind(1, ids);
  statement.bind(2, now_);
  statement.bind(3, std::string_view(now));
  statement.bind(4, static_cast<std::int64_t>(cascade_rows_max_ - cascaded_ + 1));
  int rc = SQLITE_OK;
  while ((rc = statement.step()) == SQLITE_ROW) {
    if (++cascaded_ > cascade_rows_max_) return fail(sql::cascades_too_far(cascade_rows_max_));
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
  for (const sql::Incoming& from : plans_[gone.collection->index].incoming) {
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
    return fail(sql::still_referred_to(gone, from));
  }
  return {};
}

}  // namespace banyan::sqlite
