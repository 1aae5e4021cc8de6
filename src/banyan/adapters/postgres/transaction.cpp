#include "banyan/adapters/postgres/transaction.hpp"

#include <algorithm>

#include "banyan/adapters/postgres/commit.hpp"
#include "banyan/adapters/postgres/errors.hpp"

namespace banyan::postgres {
namespace {

/// Statements of one exchange, so that neither side has to keep more than some megabytes for the other.
constexpr std::size_t writes_max = 256;
/// By how much a wait for a lock ends before the deadline, so that the session outlives it.
constexpr std::chrono::milliseconds lock_margin{200};

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
  Result<Applied> applied(std::in_place);
  applied->changes = std::move(changes_);
  sql::append_caused(applied->changes, std::move(caused_));
  CommitOutcome committed = co_await commit(session_, statements_, applied->changes, clock_, deadline_, metrics_);
  switch (committed.kind) {
    case CommitOutcome::Kind::kept: co_return applied;
    case CommitOutcome::Kind::unknown: co_return fail(std::move(committed.reason));
    case CommitOutcome::Kind::forbidden: co_return fail(sql::unknown_reference(batch_.writes.back()));
    case CommitOutcome::Kind::undone: break;
  }
  co_await roll_back(session_, clock_);
  reason_ = std::move(committed.reason);
  co_return std::nullopt;
}

Task<Result<Results>> Transaction::ask() {
  auto results = co_await session_.exchange(deadline_);
  if (!results) may_be_retried_ = true;  // nothing has been committed
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
    if (write.kind == Write::Kind::remove && !statements_.incoming(*write.collection).empty()) break;
    ++count;
  }
  return count;
}

Task<Transaction::Failure> Transaction::write_all() {
  std::size_t done = 0;
  while (done < batch_.writes.size()) {
    const std::size_t simple = simple_from(done);
    write_ = done;
    Failure failure = simple > 0 ? co_await write_simple(done, simple) : co_await remove(batch_.writes[done]);
    if (failure) co_return failure;
    done += std::max<std::size_t>(simple, 1);
  }
  co_return co_await check_references();
}

Task<Transaction::Failure> Transaction::write_simple(std::size_t first, std::size_t count) {
  for (std::size_t i = first; i < first + count; ++i) {
    const Write& write = batch_.writes[i];
    statements_.add(session_, write, now_, false);
    // Asked along, since a later statement that fails would leave no transaction to ask in.
    if (write.expected_version) statements_.add_select_version(session_, {write.collection, write.id}, false);
  }
  auto results = co_await ask();
  if (!results) co_return std::move(results.error());
  // The first exchange begins with BEGIN.
  std::size_t place = first == 0 ? 1 : 0;
  if (place == 1 && !succeeded(results->front().get()))
    co_return failure_of(results->front().get(), *batch_.writes[first].collection);
  for (write_ = first; write_ < first + count; ++write_) {
    const Write& write = batch_.writes[write_];
    const std::size_t answers = WriteStatements::answers_of(write);
    for (std::size_t i = place; i < place + answers; ++i)
      if (!succeeded((*results)[i].get())) co_return failure_of((*results)[i].get(), *write.collection);
    auto changed = statements_.changed(write, std::span<const ResultHandle>(*results).subspan(place, answers));
    if (!changed) co_return std::move(changed.error());
    if (!*changed) {
      const RecordKey key(write.collection, write.id);
      const bool there = write.expected_version && PQntuples((*results)[place + answers].get()) > 0;
      co_return there ? sql::stale(key) : sql::no_such(key);
    }
    sql::add_checks(checks_, write_, (*changed)->key, write);
    changes_.push_back(std::move(**changed));
    place += answers + (write.expected_version ? 1 : 0);
  }
  co_return std::nullopt;
}

Task<Result<bool>> Transaction::exists(const RecordKey& key) {
  statements_.add_select_version(session_, key, false);
  auto results = co_await ask();
  if (!results) co_return fail(std::move(results.error()));
  const PGresult* const result = results->front().get();
  if (!succeeded(result)) co_return fail(*failure_of(result, *key.collection));
  co_return PQntuples(result) > 0;
}

}  // namespace banyan::postgres
