// The part of Applier that filters have a say in: all that match, upserts, and what a record must be.
#include <algorithm>
#include <chrono>

#include "banyan/adapters/sqlite/applier.hpp"
#include "banyan/adapters/sqlite/dialect.hpp"
#include "banyan/adapters/sqlite/interruptible.hpp"
#include "banyan/sql/batch.hpp"
#include "banyan/sql/guarded_writes.hpp"
#include "banyan/sql/statements.hpp"

namespace banyan::sqlite {
namespace {

/// For finding what a write means by a filter: all other writes wait meanwhile.
constexpr std::chrono::seconds search_time_max{1};

/// SQLite answers the rows of a change in any order.
void sort_by_id(std::span<Changed> changes) {
  std::ranges::sort(changes, [](const Changed& a, const Changed& b) { return compare_values(a.key.id, b.key.id) < 0; });
}

}  // namespace

void Applier::bind(Statement& statement, int before, const sql::Operands& operands) {
  for (const sql::Operand& operand : operands) statement.bind(++before, *operand.value);
}

Result<Statement*> Applier::worded(const std::string& text, const Collection& collection) {
  key_ = text;
  return prepared(collection, [&] { return std::string_view(text); });
}

Result<bool> Applier::answers_row(const sql::StatementText& text, const Collection& collection, const Value& first) {
  auto found = worded(text.text, collection);
  if (!found) return fail(std::move(found.error()));
  const Use use(**found);
  (*found)->bind(1, first);
  bind(**found, 1, text.operands);
  const int rc = (*found)->step();
  if (rc == SQLITE_ROW || rc == SQLITE_DONE) return rc == SQLITE_ROW;
  return fail(failure(rc, collection));
}

Result<void> Applier::demand(const Filter& filter, const RecordKey& key) {
  if (filter.is_all()) return {};
  auto text = sql::select_if(dialect, schema_, *key.collection, filter);
  if (!text) return fail(std::move(text.error()));
  auto fits = answers_row(*text, *key.collection, key.id);
  if (!fits) return fail(std::move(fits.error()));
  if (!*fits) return fail(sql::denied(*key.collection));
  return {};
}

Result<void> Applier::demand_of_all(const Filter& filter, const Collection& collection, const Value& ids) {
  if (filter.is_all()) return {};
  auto text = sql::select_unfit(dialect, schema_, collection, filter);
  if (!text) return fail(std::move(text.error()));
  auto unfit = answers_row(*text, collection, ids);
  if (!unfit) return fail(std::move(unfit.error()));
  if (*unfit) return fail(sql::denied(collection));
  return {};
}

Result<std::vector<Value>> Applier::meant(const Write& write) {
  const Collection& collection = *write.collection;
  auto text = sql::select_matches(dialect, schema_, collection, write.filter, false);
  if (!text) return fail(std::move(text.error()));
  auto found = worded(text->text, collection);
  if (!found) return fail(std::move(found.error()));
  Statement& statement = **found;
  const Interruptible interruptible(connection_, *context_, context_->clock.steady() + search_time_max);
  const Use use(statement);
  statement.bind(1, static_cast<std::int64_t>(write.matches_max) + 1);
  bind(statement, 1, text->operands);
  std::vector<Value> ids;
  int rc = SQLITE_OK;
  while ((rc = statement.step()) == SQLITE_ROW) {
    if (!read_value(statement, 0, collection.fields.front().storage, ids.emplace_back()))
      return fail(sql::not_allowed(collection, collection.fields.front().name));
  }
  if (rc != SQLITE_DONE) return fail(failure(rc, collection));
  if (ids.size() > write.matches_max) return fail(sql::too_many_matches(write.matches_max));
  return ids;
}

Result<void> Applier::update_matches(const Write& write, Changes& changes) {
  const Collection& collection = *write.collection;
  const auto ids = meant(write);
  if (!ids) return fail(ids.error());
  if (ids->empty()) return {};
  const Value list = dialect.list_operand(*ids);
  auto found = worded(sql::update_all(dialect, collection, write.changes), collection);
  if (!found) return fail(std::move(found.error()));
  const std::size_t before = changes.size();
  {
    Statement& statement = **found;
    const Use use(statement);
    int number = 0;
    for (const FieldChange& change : write.changes) statement.bind(++number, change.value);
    statement.bind(++number, now_);
    statement.bind(++number, list);
    int rc = SQLITE_OK;
    while ((rc = statement.step()) == SQLITE_ROW) {
      Record record;
      if (!read_record(statement, collection, record)) return fail(sql::damaged_record(collection));
      Changed changed{.key = {&collection, record.values.front()}, .version = record.version};
      changed.record = std::move(record);
      if (auto done = keep(changes, std::move(changed)); !done) return done;
    }
    if (rc != SQLITE_DONE) return fail(failure(rc, collection));
  }
  const std::span<Changed> made = std::span(changes).subspan(before);
  sort_by_id(made);
  if (ties_[collection.index].has_triggers) {  // which may have changed more than was asked for
    if (auto done = read_again(collection, list, made); !done) return done;
  }
  return demand_of_all(write.check, collection, list);
}

Result<void> Applier::read_again(const Collection& collection, const Value& ids, std::span<Changed> changes) {
  auto found = worded(sql::select_by_ids(dialect, collection) + " ORDER BY 1", collection);
  if (!found) return fail(std::move(found.error()));
  Statement& statement = **found;
  const Use use(statement);
  statement.bind(1, ids);
  int rc = SQLITE_OK;
  for (std::size_t i = 0; (rc = statement.step()) == SQLITE_ROW; ++i) {
    Record record;
    if (i == changes.size() || !read_record(statement, collection, record))
      return fail(sql::damaged_record(collection));
    changes[i].version = record.version;
    changes[i].record = std::move(record);
  }
  if (rc != SQLITE_DONE) return fail(failure(rc, collection));
  return {};
}

Result<void> Applier::remove_matches(const Write& write, Changes& changes) {
  const Collection& collection = *write.collection;
  const auto ids = meant(write);
  if (!ids) return fail(ids.error());
  if (ids->empty()) return {};
  const Value list = dialect.list_operand(*ids);
  auto found = worded(sql::remove_all(dialect, collection), collection);
  if (!found) return fail(std::move(found.error()));
  Statement& statement = **found;
  const Use use(statement);
  statement.bind(1, now_);
  statement.bind(2, list);
  const std::size_t before = changes.size();
  int rc = SQLITE_OK;
  while ((rc = statement.step()) == SQLITE_ROW) {
    if (auto done = keep(changes, deletion_in(statement, collection)); !done) return done;
    note_deletion(changes.back().key, changes.back().version);
  }
  if (rc != SQLITE_DONE) return fail(failure(rc, collection));
  sort_by_id(std::span(changes).subspan(before));
  return {};
}

Result<std::optional<Value>> Applier::met(const Write& write) {
  const Collection& collection = *write.collection;
  std::vector<const Value*> wanted;
  for (const std::size_t field : write.conflict) {
    const auto given = std::ranges::find(write.changes, field, &FieldChange::field);
    if (given == write.changes.end() || is_null(given->value)) return std::nullopt;  // nulls do not conflict
    wanted.push_back(&given->value);
  }
  auto found = worded(sql::select_by_fields(dialect, collection, write.conflict), collection);
  if (!found) return fail(std::move(found.error()));
  Statement& statement = **found;
  const Use use(statement);
  int number = 0;
  for (const Value* value : wanted) statement.bind(++number, *value);
  const int rc = statement.step();
  if (rc == SQLITE_DONE) return std::nullopt;
  if (rc != SQLITE_ROW) return fail(failure(rc, collection));
  Value id;
  read_value(statement, 0, collection.fields.front().storage, id);
  return std::optional(std::move(id));
}

Result<void> Applier::upsert(const Write& write, Changes& changes) {
  const Collection& collection = *write.collection;
  const auto there = met(write);
  if (!there) return fail(there.error());
  Result<Changed> changed;
  if (!*there) {
    const auto id = std::ranges::find(write.changes, std::size_t{0}, &FieldChange::field);
    if (collection.id_kind == IdKind::integer && id != write.changes.end() && !is_null(id->value))
      return fail(sql::no_such({&collection, id->value}));
    changed = create(write);
  } else {
    if (write.on_conflict.empty()) return {};
    const RecordKey key(&collection, **there);
    if (auto done = demand(write.filter, key); !done) return done;
    auto record = stored(key, write.on_conflict);
    if (!record) return fail(std::move(record.error()));
    changed = change(std::move(*record), collection, write.on_conflict);
    if (changed) {
      if (auto done = demand(write.conflict_check, key); !done) return done;
    }
  }
  if (!changed) return fail(std::move(changed.error()));
  return keep(changes, std::move(*changed));
}

}  // namespace banyan::sqlite
