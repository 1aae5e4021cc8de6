#include "banyan/adapters/sqlite/applier.hpp"

#include <algorithm>
#include <limits>

#include "banyan/adapters/sqlite/dialect.hpp"
#include "banyan/adapters/sqlite/errors.hpp"
#include "banyan/sql/batch.hpp"
#include "banyan/sql/guarded_writes.hpp"
#include "banyan/sql/statements.hpp"

namespace banyan::sqlite {
namespace {

constexpr std::size_t statements_max = 128;

/// No update can rise above it.
constexpr Version highest_version = std::numeric_limits<std::int64_t>::max();

}  // namespace

Applier::Applier(const Schema& schema, const Clock& clock, Connection& connection, const Options& options)
    : schema_(schema),
      clock_(clock),
      connection_(connection),
      cascade_rows_max_(options.cascade_rows_max),
      bytes_max_(options.page_bytes_max),
      plans_(schema.collections.size()),
      statements_(connection, statements_max) {
  auto incoming = sql::incoming_references(schema);
  for (std::size_t i = 0; i < plans_.size(); ++i) plans_[i].incoming = std::move(incoming[i]);
}

Result<Applied> Applier::apply(const Context& context, const WriteBatch& batch) {
  context_ = &context;
  broken_ = false;
  cascaded_ = 0;
  bytes_ = 0;
  checks_.clear();
  now_ = std::max<UnixMicros>(clock_.wall(), 1);
  if (auto done = know_ties(); !done) return broken_ = true, fail(std::move(done.error()));
  new_graves_.clear();
  if (!needs_savepoint(batch)) return keep_graves(apply_all(batch));
  if (auto done = run("SAVEPOINT request", savepoint_); !done) return fail(std::move(done.error()));
  auto applied = apply_all(batch);
  if (broken_) return applied;
  if (!applied || batch.rehearsal) {
    if (auto done = run("ROLLBACK TO request", rollback_to_); !done) return fail(std::move(done.error()));
  }
  if (auto done = run("RELEASE request", release_); !done) return fail(std::move(done.error()));
  return batch.rehearsal ? std::move(applied) : keep_graves(std::move(applied));
}

Result<Applied> Applier::keep_graves(Result<Applied> applied) {
  if (applied) graves_.absorb(new_graves_, static_cast<Version>(now_));
  return applied;
}

bool Applier::needs_savepoint(const WriteBatch& batch) const {
  // One statement undoes itself when it fails. A savepoint is for more than one, and for what is found only
  // afterwards: foreign keys are deferred, and those that the config does not know would else fail the commit of all.
  if (batch.writes.size() > 1 || batch.rehearsal) return true;
  const Write& write = batch.writes.front();
  const bool is_simple =
      write.kind == Write::Kind::create || write.kind == Write::Kind::update || write.kind == Write::Kind::remove;
  if (!is_simple || !write.check.is_all()) return true;
  const Ties& ties = ties_[write.collection->index];
  if (ties.has_triggers) return true;
  const bool has_dependents = ties.is_referred_to || !plans_[write.collection->index].incoming.empty();
  if (write.kind == Write::Kind::remove) return has_dependents;
  if (ties.refers_beyond_config || sql::sets_reference(write)) return true;
  // A foreign key may name another column than the id.
  return write.kind == Write::Kind::update && ties.is_referred_to;
}

Result<void> Applier::know_ties() {
  if (ties_are_known_) return {};
  auto ties = read_ties(connection_, schema_);
  if (!ties) return fail(std::move(ties.error()));
  ties_ = std::move(*ties);
  ties_are_known_ = true;
  return {};
}

Result<void> Applier::run(const char* text, Statement& statement) {
  if (!statement) {
    auto made = connection_.prepare(text);
    if (!made) return broken_ = true, fail(std::move(made.error()));
    statement = std::move(*made);
  }
  const Use use(statement);
  const int rc = statement.step();
  if (rc == SQLITE_DONE) return {};
  broken_ = true;
  return fail(error_from(connection_.get(), rc));
}

Result<Applied> Applier::apply_all(const WriteBatch& batch) {
  const bool single = batch.writes.size() == 1;
  const auto failed = [&](Error error) {
    return fail(single || broken_ ? std::move(error) : sql::placed(std::move(error), write_));
  };
  Applied applied;
  applied.changes.reserve(batch.writes.size());
  applied.counts.reserve(batch.writes.size());
  std::vector<Changed> caused;
  bool were_open = false;
  for (write_ = 0; write_ < batch.writes.size(); ++write_) {
    const std::size_t before = applied.changes.size();
    if (auto done = apply_one(batch.writes[write_], applied.changes, caused); !done)
      return failed(std::move(done.error()));
    applied.counts.push_back(applied.changes.size() - before);
    const bool are_open = references_are_open();
    if (are_open && !were_open) opened_by_ = write_;
    were_open = are_open;
  }
  if (auto done = check_all(batch, write_); !done) return failed(std::move(done.error()));
  sql::append_caused(applied.changes, std::move(caused));
  return applied;
}

Result<void> Applier::apply_one(const Write& write, Changes& changes, Changes& caused) {
  const std::size_t before = changes.size();
  const auto kept = [&](Result<Changed> changed) -> Result<void> {
    if (!changed) return fail(std::move(changed.error()));
    return keep(changes, std::move(*changed));
  };
  Result<void> done;
  switch (write.kind) {
    case Write::Kind::create: done = kept(create(write)); break;
    case Write::Kind::update: done = kept(update(write)); break;
    case Write::Kind::remove: done = kept(remove(write)); break;
    case Write::Kind::update_matches: done = update_matches(write, changes); break;
    case Write::Kind::remove_matches: done = remove_matches(write, changes); break;
    case Write::Kind::upsert: done = upsert(write, changes); break;
  }
  if (!done || changes.size() == before) return done;
  const std::span<const Changed> made = std::span(changes).subspan(before);
  if (write.kind == Write::Kind::remove || write.kind == Write::Kind::remove_matches) {
    std::vector<Value> ids;
    ids.reserve(made.size());
    for (const Changed& changed : made) ids.push_back(changed.key.id);
    return cascade(*write.collection, std::move(ids), caused);
  }
  for (const Changed& changed : made) sql::add_checks(checks_, write_, changed, write);
  return {};
}

Result<void> Applier::keep(Changes& changes, Changed changed) {
  if (std::optional<Error> excess = sql::count_bytes(bytes_, changed, bytes_max_)) return fail(std::move(*excess));
  changes.push_back(std::move(changed));
  return {};
}

void Applier::append_place(std::size_t place) {
  key_ += static_cast<char>(place & 0xFF);
  key_ += static_cast<char>(place >> 8);
}

Error Applier::failure(int rc, const Collection& collection) {
  broken_ = is_fatal(rc) || !connection_.in_transaction();
  return write_error(connection_.get(), rc, collection);
}

Result<void> Applier::plan(Statement& statement, const Collection& collection, std::string (*text)(const Collection&)) {
  if (statement) return {};
  auto made = connection_.prepare(text(collection));
  if (!made) return fail(failure(sqlite3_extended_errcode(connection_.get()), collection));
  statement = std::move(*made);
  return {};
}

Result<Record> Applier::stored(const RecordKey& key, std::span<const FieldChange> replaced) {
  const Collection& collection = *key.collection;
  Statement& find = plans_[collection.index].find;
  auto planned = plan(find, collection, [](const Collection& of) { return sql::select_by_id(dialect, of); });
  if (!planned) return fail(std::move(planned.error()));
  const Use use(find);
  find.bind(1, key.id);
  const int rc = find.step();
  if (rc == SQLITE_DONE) return fail(sql::no_such(key));
  if (rc != SQLITE_ROW) return fail(failure(rc, collection));
  const std::size_t count = collection.fields.size();
  Result<Record> record(std::in_place);
  record->version = static_cast<Version>(find.integer(static_cast<int>(count)));
  if (record->version == highest_version) return fail(sql::not_allowed(collection, sql::version_column));
  record->values.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (read_value(find, static_cast<int>(i), collection.fields[i].storage, record->values[i])) continue;
    if (std::ranges::find(replaced, i, &FieldChange::field) == replaced.end()) {
      return fail(sql::not_allowed(collection, collection.fields[i].name));
    }
  }
  return record;
}

Version Applier::first_version(const Write& write) const {
  const auto now = static_cast<Version>(now_);
  if (write.collection->id_kind == IdKind::integer) return now;
  const auto id = std::ranges::find(write.changes, std::size_t{0}, &FieldChange::field);
  if (id == write.changes.end()) return now;
  const RecordKey key(write.collection, id->value);
  return std::max(graves_.first_version(key, now), new_graves_.first_version(key, now));
}

Result<Changed> Applier::create(const Write& write) {
  const Collection& collection = *write.collection;
  Statement& insert = plans_[collection.index].insert;
  auto planned = plan(insert, collection, [](const Collection& into) { return sql::insert(dialect, into); });
  if (!planned) return fail(std::move(planned.error()));
  const bool integer_id = collection.id_kind == IdKind::integer;
  const std::size_t first = integer_id ? 1 : 0;
  Result<Changed> changed(std::in_place);
  Record& record = changed->record.emplace();
  record.values.resize(collection.fields.size());
  record.version = first_version(write);
  for (const FieldChange& change : write.changes) record.values[change.field] = change.value;

  const Use use(insert);
  for (std::size_t i = first; i < record.values.size(); ++i) {
    insert.bind(static_cast<int>(i - first + 1), record.values[i]);
  }
  insert.bind(static_cast<int>(record.values.size() - first + 1), static_cast<std::int64_t>(record.version));
  if (const int rc = insert.step(); rc != SQLITE_DONE) return fail(failure(rc, collection));
  // What was given is what is stored, so RETURNING, a fifth of the statement's time, would tell nothing new.
  if (integer_id) record.values.front() = std::int64_t{sqlite3_last_insert_rowid(connection_.get())};
  changed->key = RecordKey(&collection, record.values.front());
  changed->version = record.version;
  changed->created = true;
  if (auto done = demand(write.check, changed->key); !done) return fail(std::move(done.error()));
  return changed;
}

Result<Changed> Applier::update(const Write& write) {
  const RecordKey key(write.collection, write.id);
  auto record = stored(key, write.changes);
  if (!record) return fail(std::move(record.error()));
  if (auto done = demand(write.filter, key); !done) return fail(std::move(done.error()));
  if (write.expected_version && *write.expected_version != record->version) return fail(sql::stale(key));
  auto changed = change(std::move(*record), *write.collection, write.changes);
  if (!changed) return changed;
  if (auto done = demand(write.check, key); !done) return fail(std::move(done.error()));
  return changed;
}

Result<Changed> Applier::change(Record record, const Collection& collection, std::span<const FieldChange> changes) {
  const RecordKey key(&collection, record.values.front());
  key_.assign(1, 'u');
  append_place(collection.index);
  for (const FieldChange& change : changes) append_place(change.field);
  auto found = prepared(collection, [&] { return sql::update(dialect, collection, changes); });
  if (!found) return fail(std::move(found.error()));
  {
    Statement& statement = **found;
    const Use use(statement);
    int number = 0;
    for (const FieldChange& change : changes) statement.bind(++number, change.value);
    statement.bind(++number, now_);
    statement.bind(++number, key.id);
    if (const int rc = statement.step(); rc != SQLITE_DONE) return fail(failure(rc, collection));
    if (sqlite3_changes(connection_.get()) == 0) return fail(sql::stale(key));  // a trigger would not have it
  }
  if (ties_[collection.index].has_triggers) {  // which may have changed more than was asked for
    auto again = stored(key, {});
    if (!again) return fail(std::move(again.error()));
    record = std::move(*again);
  } else {
    // What the statement made of it, told without RETURNING, which builds a table in memory for every row it answers.
    for (const FieldChange& change : changes) record.values[change.field] = change.value;
    const auto version = static_cast<std::int64_t>(record.version);
    record.version = static_cast<Version>(std::max(version + 1, now_));
  }
  Changed changed{.key = key, .version = record.version};
  changed.record = std::move(record);
  return changed;
}

Result<Changed> Applier::remove(const Write& write) {
  const Collection& collection = *write.collection;
  const bool expects = write.expected_version.has_value();
  auto text = sql::remove_if(dialect, schema_, collection, expects, write.filter);
  if (!text) return fail(std::move(text.error()));
  auto found = worded(text->text, collection);
  if (!found) return fail(std::move(found.error()));
  std::optional<Changed> changed;
  {
    Statement& statement = **found;
    const Use use(statement);
    statement.bind(1, now_);
    statement.bind(2, write.id);
    if (expects) statement.bind(3, static_cast<std::int64_t>(*write.expected_version));
    bind(statement, expects ? 3 : 2, text->operands);
    int rc = statement.step();
    if (rc == SQLITE_ROW) {
      changed = deletion_in(statement, collection);
      changed->key.id = write.id;
      rc = statement.step();
    }
    if (rc != SQLITE_DONE) return fail(failure(rc, collection));
  }
  if (!changed) return fail(missing(write));
  note_deletion(changed->key, changed->version);
  return std::move(*changed);
}

Changed Applier::deletion_in(Statement& statement, const Collection& collection) {
  Changed changed{.key = {&collection, Null{}}};
  Record before;
  if (read_record(statement, collection, before)) changed.before = std::move(before);
  read_value(statement, 0, collection.fields.front().storage, changed.key.id);
  changed.version = static_cast<Version>(statement.integer(static_cast<int>(collection.fields.size()) + 1));
  return changed;
}

Error Applier::missing(const Write& write) {
  const RecordKey key(write.collection, write.id);
  auto there = exists(key);
  if (!there) return std::move(there.error());
  if (!*there) return sql::no_such(key);
  if (auto done = demand(write.filter, key); !done) return std::move(done.error());
  return sql::stale(key);
}

}  // namespace banyan::sqlite
