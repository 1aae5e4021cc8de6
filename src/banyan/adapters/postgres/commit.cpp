#include "banyan/adapters/postgres/commit.hpp"

#include <algorithm>
#include <string_view>

#include "banyan/adapters/postgres/agreement.hpp"
#include "banyan/adapters/postgres/errors.hpp"

namespace banyan::postgres {
namespace {

/// For a server that is slow, not gone: that an outcome is unknown is the worst of answers.
constexpr std::chrono::seconds patience_of_commits{1};

CommitOutcome unknown_outcome(std::string detail) {
  return {.kind = CommitOutcome::Kind::unknown,
          .reason =
              Error(ErrorCode::outcome_unknown, "the connection to the database ended while the change was being kept")
                  .with_hint("look whether it was made before you make it again")
                  .with_detail(std::move(detail))};
}

/// What the result of COMMIT says.
CommitOutcome outcome_of(const PGresult* result) {
  CommitOutcome outcome;
  const ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_COMMAND_OK) {
    // A transaction that has failed before answers COMMIT with ROLLBACK.
    if (std::string_view(PQcmdStatus(const_cast<PGresult*>(result))) == "COMMIT")  // NOLINT: libpq only reads it
      outcome.kind = CommitOutcome::Kind::kept;
    return outcome;
  }
  if (status == PGRES_PIPELINE_ABORTED) return outcome;
  const std::string_view state = sqlstate(result);
  if (result == nullptr || ends_connection(state)) return unknown_outcome(PQresultErrorMessage(result));
  if (state.starts_with("23")) outcome.kind = CommitOutcome::Kind::forbidden;
  outcome.reason = error_from(result);
  return outcome;
}

// Without them nobody could be sure to see what was kept: whoever asked must look again.
void take_after_commit(Session& session, std::span<const ResultHandle> results, CommitOutcome& outcome) {
  const auto reading = reading_after(session, results);
  if (!reading) {
    outcome = unknown_outcome(reading.error().detail);
    return;
  }
  outcome.reached = reading->position;
  outcome.cache_use = reading->use;
}

}  // namespace

Task<CommitOutcome> commit(Session& session, WriteStatements& statements, std::span<const Changed> changes,
                           const Clock& clock, SteadyTime answer_by, StoreMetrics& metrics) {
  const SteadyTime began = clock.steady();
  const std::size_t notifications = statements.add_notifications(session, changes);
  session.add("COMMIT");
  const std::size_t asked = statements.add_after_commit(session);
  if (session.broken()) co_return CommitOutcome();  // before anything was sent
  auto results = co_await session.exchange(std::max(answer_by, began + patience_of_commits));
  metrics.commit_latency.observe(microseconds(clock.steady() - began));
  if (!results) co_return unknown_outcome(results.error().detail);
  const bool complete = results->size() == notifications + 1 + asked;
  CommitOutcome outcome = outcome_of(complete ? (*results)[notifications].get() : nullptr);
  if (outcome.kind != CommitOutcome::Kind::kept) co_return outcome;
  metrics.writes.add(changes.size());
  if (asked > 0) take_after_commit(session, std::span<const ResultHandle>(*results).last(asked), outcome);
  co_return outcome;
}

Task<void> roll_back(Session& session, const Clock& clock) {
  if (session.broken()) co_return;
  session.forget_limits();
  session.add("ROLLBACK");
  (void)co_await session.exchange(clock.steady() + std::chrono::seconds(5));
}

}  // namespace banyan::postgres
