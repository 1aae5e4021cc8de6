#include "banyan/adapters/postgres/transaction.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "banyan/adapters/postgres/commit.hpp"
#include "banyan/adapters/postgres/errors.hpp"
#include "banyan/adapters/postgres/write_texts.hpp"

namespace banyan::postgres {
namespace {

/// Statements of one exchange, so that neither side has to keep more than some megabytes for the other.
constexpr std::size_t writes_max = 256;
/// By how much a wait for a lock ends before the deadline, so that the session outlives it.
constexpr std::chrono::milliseconds lock_margin{200};

/// Whether it is about a record that must be there.
bool names_one(const Write& write) {
  return write.kind == Write::Kind::update || write.kind == Write::Kind::remove || names_integer_id(write);
}
/// Whether that record may be there and yet not be met.
bool may_miss(const Write& write) {
  return names_integer_id(write) ||
         (names_one(write) && (write.expected_version || !write.filter.is_all() || has_checks(write)));
}

/// Whether its one record is locked by a statement before it, see asks_others().
bool locks_first(const Write& write) { return asks_others(write) && !is_of_matches(write); }

bool is_checked_late(const Write& write) {
  return has_checks(write) && !is_checked_along(write) && !is_checked_next(write);
}

/// Whether it may fail at one of many records before it is known that they are too many.
bool may_hide_its_number(const Write& write) { return write.kind == Write::Kind::update_matches && may_collide(write); }

}  // namespace

Transaction::Transaction(Session& session, WriteStatements& statements, const WriteBatch& batch, const Clock& clock,
                         const Options& options, StoreMetrics& metrics)
    : session_(session),
      statements_(statements),
      batch_(batch),
      clock_(clock),
      options_(options),
      metrics_(metrics),
      now_(std::max<UnixMicros>(clock.wall(), 1)) {}

Task<std::optional<Result<Applied>>> Transaction::run(SteadyTime deadline) {
  deadline_ = deadline;
  session_.limit_statements(options_.statement_timeout,
                            time_limit(deadline - clock_.steady() - lock_margin, options_.lock_timeout));
  session_.add("BEGIN");
  Failure failure = co_await write_all();
  if (failure) {
    co_await roll_back(session_, clock_);
    if (may_be_retried_) {
      reason_ = std::move(*failure);
      co_return std::nullopt;
    }
    co_return fail(batch_.writes.size() == 1 ? std::move(*failure) : sql::placed(std::move(*failure), write_));
  }
  sql::append_caused(applied_.changes, std::move(caused_));
  co_return co_await conclude();
}

Task<std::optional<Result<Applied>>> Transaction::conclude() {
  if (batch_.rehearsal) {
    Result<Position> seen = co_await ask_how_far();
    co_await roll_back(session_, clock_);
    if (!seen) co_return fail(std::move(seen.error()));
    reached_ = *seen;
    co_return Result<Applied>(std::move(applied_));
  }
  CommitOutcome committed = co_await commit(session_, statements_, applied_.changes, clock_, deadline_, metrics_);
  switch (committed.kind) {
    case CommitOutcome::Kind::kept:
      reached_ = committed.reached;
      applied_.cache_use = std::move(committed.cache_use);
      co_return Result<Applied>(std::move(applied_));
    case CommitOutcome::Kind::unknown: co_return fail(std::move(committed.reason));
    case CommitOutcome::Kind::forbidden: co_return fail(sql::unknown_reference(batch_.writes.back()));
    case CommitOutcome::Kind::undone: break;
  }
  co_await roll_back(session_, clock_);
  reason_ = std::move(committed.reason);
  co_return std::nullopt;
}

// Who is shown what a rehearsal has met is not answered by a replica that does not have it yet.
Task<Result<Position>> Transaction::ask_how_far() {
  if (!options_.positions) co_return Position();
  Measure measure = statements_.measure();
  measure.end(session_);
  auto results = co_await session_.exchange(deadline_);
  if (!results) co_return fail(std::move(results.error()));
  const std::optional<Extent> extent = measure.take(session_, *results);
  if (!extent) co_return fail(Error(ErrorCode::unavailable, "the database does not say how far it is"));
  co_return extent->to;
}

Task<Result<Results>> Transaction::ask(const Collection& collection) {
  auto results = co_await session_.exchange(deadline_, options_.wire_bytes_max());
  if (!results) {
    may_be_retried_ = results.error().code != ErrorCode::too_large;  // nothing has been committed
    if (!may_be_retried_) co_return fail(sql::changes_too_large(options_.page_bytes_max));
    co_return results;
  }
  if (!std::exchange(begun_, true)) {
    if (!succeeded(results->front().get())) co_return fail(*failure_of(results->front().get(), collection));
    results->erase(results->begin());
  }
  co_return results;
}

Transaction::Failure Transaction::failure_of(const PGresult* result, const Collection& collection) {
  const std::string_view state = sqlstate(result);
  if (is_stale_statement(state)) session_.forget_statements();
  may_be_retried_ = is_stale_statement(state) || postgres::may_be_retried(state) || ends_connection(state);
  return write_error(result, collection);
}

std::size_t Transaction::simple_from(std::size_t first) const {
  std::size_t count = 0;
  while (first + count < batch_.writes.size() && count < writes_max) {
    const Write& write = batch_.writes[first + count];
    if (merges_apart(write) || (removes(write) && !statements_.incoming(*write.collection).empty())) break;
    const bool needs_ids = is_of_matches(write) && asks_others(write);
    if (needs_ids && count > 0) break;
    ++count;
    if (needs_ids || is_checked_late(write)) break;
  }
  return count;
}

Task<Transaction::Failure> Transaction::write_all() {
  std::size_t done = 0;
  while (done < batch_.writes.size()) {
    const Write& next = batch_.writes[done];
    const std::size_t simple = simple_from(done);
    const std::size_t count = std::max<std::size_t>(simple, 1);
    write_ = done;
    among_.reset();
    if (simple > 0 && is_of_matches(next) && asks_others(next)) {
      auto ids = co_await lock_matches(next);
      if (!ids) co_return std::move(ids.error());
      among_ = std::move(*ids);
    }
    Failure failure;
    if (simple > 0)
      failure = co_await write_simple(done, simple);
    else if (merges_apart(next))
      failure = co_await merge(next);
    else
      failure = co_await remove(next);
    if (failure) co_return failure;
    done += count;
    write_ = done - 1;
    const Write& last = batch_.writes[write_];
    if (is_checked_late(last)) failure = co_await check_late(last);
    if (failure) co_return failure;
  }
  co_return co_await check_references();
}

// What it meets is locked, changed and only then, where there was none, made; whoever comes in between is waited for,
// and then all is tried again.
Task<Transaction::Failure> Transaction::merge(const Write& write) {
  const Collection& collection = *write.collection;
  Failure unsayable = statements_.add(session_, lock_text(statements_.composer(), write));
  if (!unsayable) unsayable = statements_.add(session_, update_met_text(statements_.composer(), write, now_));
  auto results = co_await ask(collection);
  if (unsayable) co_return unsayable;
  if (!results) co_return std::move(results.error());
  for (const ResultHandle& result : *results)
    if (!succeeded(result.get())) co_return failure_of(result.get(), collection);
  if (PQntuples(results->front().get()) > 0) {
    auto changed = statements_.written(write, std::span(*results).last(1));
    if (!changed) co_return std::move(changed.error());
    co_return take(write, std::move(*changed), nullptr);
  }
  Write made = write;
  made.on_conflict.clear();
  if (Failure failure = statements_.add(session_, made, now_, false)) co_return failure;
  results = co_await ask(collection);
  if (!results) co_return std::move(results.error());
  for (const ResultHandle& result : *results)
    if (!succeeded(result.get())) co_return failure_of(result.get(), collection);
  auto written = statements_.written(made, *results);
  if (!written) co_return std::move(written.error());
  if (written->changes.empty()) {
    may_be_retried_ = true;
    co_return Error(ErrorCode::unavailable, "another transaction has made the record meanwhile");
  }
  co_return take(write, std::move(*written), nullptr);
}

Task<Transaction::Failure> Transaction::write_simple(std::size_t first, std::size_t count) {
  Failure unsayable;
  std::size_t end = first;
  for (; end < first + count && !unsayable; ++end) {
    const Write& write = batch_.writes[end];
    if (locks_first(write)) unsayable = statements_.add(session_, lock_text(statements_.composer(), write));
    if (may_hide_its_number(write) && !among_)
      unsayable = statements_.add(session_, lock_matches_text(statements_.composer(), write));
    if (!unsayable) unsayable = statements_.add(session_, write, now_, false, among());
    // Asked along, since a later statement that fails would leave no transaction to ask in.
    if (!unsayable && may_miss(write))
      unsayable = statements_.add(session_, look_text(statements_.composer(), write, false));
    if (!unsayable && is_checked_next(write))
      unsayable = statements_.add(session_, check_text(statements_.composer(), write));
  }
  if (unsayable) --end;
  auto results = co_await ask(*batch_.writes[first].collection);
  if (!results) co_return std::move(results.error());
  const std::span<const ResultHandle> all(*results);
  std::size_t place = 0;
  for (write_ = first; write_ < end; ++write_) {
    const Write& write = batch_.writes[write_];
    if (locks_first(write)) {
      const PGresult* const locked = all[place++].get();
      if (!succeeded(locked)) co_return failure_of(locked, *write.collection);
    }
    if (may_hide_its_number(write) && !among_) {
      const PGresult* const locked = all[place++].get();
      if (!succeeded(locked)) co_return failure_of(locked, *write.collection);
      if (std::cmp_greater(PQntuples(locked), write.matches_max)) co_return sql::too_many_matches(write.matches_max);
    }
    const std::size_t answers = WriteStatements::answers_of(write);
    for (std::size_t i = place; i < place + answers; ++i)
      if (!succeeded(all[i].get())) co_return failure_of(all[i].get(), *write.collection);
    auto written = statements_.written(write, all.subspan(place, answers));
    if (!written) co_return std::move(written.error());
    place += answers;
    const PGresult* const looked = may_miss(write) ? all[place++].get() : nullptr;
    if (looked != nullptr && !succeeded(looked)) co_return failure_of(looked, *write.collection);
    if (Failure failure = take(write, std::move(*written), looked)) co_return failure;
    if (is_checked_next(write))
      if (Failure failure = take_check(write, all[place++].get(), 1)) co_return failure;
  }
  co_return unsayable;
}

// Where a write that names one record met none, what it had looked for there says why.
Transaction::Failure Transaction::take(const Write& write, Written written, const PGresult* looked) {
  const bool of_matches = is_of_matches(write);
  if (of_matches && written.changes.size() > write.matches_max) return sql::too_many_matches(write.matches_max);
  if (written.refused) return sql::denied(*write.collection);
  const bool keeps = write.kind == Write::Kind::upsert && write.on_conflict.empty();
  if (written.changes.empty() && names_one(write))
    if (Failure failure = missed(write, looked)) return failure;
  if (written.changes.empty() && !of_matches && !keeps) return sql::denied(*write.collection);
  add_checks(write, written.changes);
  return keep(std::move(written.changes));
}

Transaction::Failure Transaction::keep(std::vector<Changed> changes) {
  for (const Changed& changed : changes)
    if (Failure excess = sql::count_bytes(bytes_, changed, options_.page_bytes_max)) return excess;
  applied_.counts.push_back(changes.size());
  std::ranges::move(changes, std::back_inserter(applied_.changes));
  return std::nullopt;
}

Task<Transaction::Failure> Transaction::check_late(const Write& write) {
  std::array<std::vector<Value>, 2> ids;  // of those changed, of those created
  for (std::size_t i = applied_.changes.size() - applied_.counts.back(); i < applied_.changes.size(); ++i)
    ids[applied_.changes[i].created ? 1 : 0].push_back(applied_.changes[i].key.id);
  for (const bool created : {false, true}) {
    const std::vector<Value>& of = ids[created ? 1 : 0];
    const Filter& check = write.kind == Write::Kind::upsert && !created ? write.conflict_check : write.check;
    if (of.empty()) continue;
    if (Failure failure = statements_.add(session_, count_text(statements_.composer(), *write.collection, of, check)))
      co_return failure;
    auto results = co_await ask(*write.collection);
    if (!results) co_return std::move(results.error());
    if (Failure failure = take_check(write, results->front().get(), of.size())) co_return failure;
  }
  co_return std::nullopt;
}

Transaction::Failure Transaction::take_check(const Write& write, const PGresult* result, std::size_t records) {
  if (!succeeded(result)) return failure_of(result, *write.collection);
  if (version_in(result) != records) return sql::denied(*write.collection);
  return std::nullopt;
}

}  // namespace banyan::postgres
