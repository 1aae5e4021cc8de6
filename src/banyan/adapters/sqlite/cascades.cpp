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

Result<bool> Applier::exists(const Collection& collection, const Value& id) {
  auto found = statement('v', collection, 0, [&] { return sql::select_version(dialect, collection); });
  if (!found) return fail(std::move(found.error()));
  const Use use(**found);
  (*found)->bind(1, id);
  const int rc = (*found)->step();
  if (rc == SQLITE_ROW || rc == SQLITE_DONE) return rc == SQLITE_ROW;
  return fail(failure(rc, collection));
}

Result<void> Applier::check_references(const Write& write) {
  if (!references_are_open()) return {};
  Error error = broken_reference("a reference names nothing that exists");
  for (const FieldChange& change : write.changes) {
    const Field& field = write.collection->fields[change.field];
    if (field.type != FieldType::reference || is_null(change.value)) continue;
    auto there = exists(schema_.collections[field.reference_index], change.value);
    if (!there) return fail(std::move(there.error()));
    if (!*there) error.fields.push_back({field.name, "there is no such record in " + field.reference_to});
  }
  return fail(std::move(error));
}

Result<void> Applier::cascade(const Write& write, std::vector<Changed>& caused) {
  if (plans_[write.collection->index].incoming.empty()) return {};
  std::vector<Deleted> deleted{{write.collection, write.id}};
  for (std::size_t i = 0; i < deleted.size(); ++i) {
    const Deleted gone = deleted[i];  // a copy: the list grows
    if (auto done = cascade_from(gone, deleted, caused); !done) return done;
  }
  // Last, for what restricts may have gone by another way.
  for (const Deleted& gone : deleted) {
    if (auto done = check_restricted(gone); !done) return done;
  }
  if (references_are_open()) {
    return fail(broken_reference("records of a table that the config does not know still refer to this record"));
  }
  return {};
}

Result<void> Applier::cascade_from(const Deleted& gone, std::vector<Deleted>& deleted, std::vector<Changed>& caused) {
  for (const Incoming& from : plans_[gone.collection->index].incoming) {
    if (from.on_delete == OnDelete::restrict) continue;
    auto done = from.on_delete == OnDelete::cascade ? remove_referring(from, gone.id, deleted, caused)
                                                    : clear_referring(from, gone.id, caused);
    if (!done) return done;
  }
  return {};
}

Result<void> Applier::remove_referring(const Incoming& from, const Value& id, std::vector<Deleted>& deleted,
                                       std::vector<Changed>& caused) {
  const Collection& collection = *from.collection;
  auto found =
      statement('c', collection, from.field, [&] { return sql::remove_referring(dialect, collection, from.field); });
  if (!found) return fail(std::move(found.error()));
  Statement& statement = **found;
  const Use use(statement);
  statement.bind(1, id);
  statement.bind(2, static_cast<std::int64_t>(next_version()));
  statement.bind(3, static_cast<std::int64_t>(cascade_rows_max_ - cascaded_ + 1));
  int rc = SQLITE_OK;
  while ((rc = statement.step()) == SQLITE_ROW) {
    if (++cascaded_ > cascade_rows_max_) return fail(too_many(cascade_rows_max_));
    Changed changed{.key = {&collection, Null{}}, .version = static_cast<Version>(statement.integer(1))};
    read_value(statement, 0, collection.fields.front().storage, changed.key.id);
    deleted.push_back({&collection, changed.key.id});
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
  const std::string now = format_timestamp(clock_.wall());
  const Use use(statement);
  statement.bind(1, id);
  statement.bind(2, static_cast<std::int64_t>(next_version()));
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

Result<void> Applier::check_restricted(const Deleted& gone) {
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
    return fail(broken_reference("records of " + collection.name + " still refer to this record")
                    .with_hint("delete them first, or change their " + collection.fields[from.field].name));
  }
  return {};
}

}  // namespace banyan::sqlite
