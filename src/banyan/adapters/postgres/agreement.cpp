#include "banyan/adapters/postgres/agreement.hpp"

#include <algorithm>

#include "banyan/adapters/postgres/errors.hpp"
#include "banyan/adapters/postgres/positions.hpp"
#include "banyan/adapters/postgres/rows.hpp"
#include "banyan/adapters/postgres/write_statements.hpp"
#include "banyan/base/numbers.hpp"

namespace banyan::postgres {
namespace {

/// Of a statement on the row, which takes far less; and for whoever else is changing it.
constexpr std::chrono::milliseconds statement_timeout{2'000};
constexpr std::chrono::milliseconds lock_timeout{1'000};

constexpr const char* reading_text =
    "SELECT CASE WHEN pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' THEN NULL "
    "ELSE pg_current_wal_lsn() END, view, state, cache_id, "
    "(extract(epoch FROM clock_timestamp() - since) * 1000)::bigint, "
    "(extract(epoch FROM clock_timestamp() - attended) * 1000)::bigint, "
    "((SELECT oid FROM pg_database WHERE datname = current_database())::bigint << 32) | tableoid::bigint "
    "FROM \"_banyan_cache_use\"";

// Seldom enough that many instances write no more than one does, and nothing that a disk has to be waited for.
constexpr const char* wait_for_no_disk = "SET LOCAL synchronous_commit = off";
constexpr const char* attend_text =
    "UPDATE \"_banyan_cache_use\" SET attended = clock_timestamp() "
    "WHERE attended < clock_timestamp() - interval '300 milliseconds'";

constexpr const char* change_text =
    "UPDATE \"_banyan_cache_use\" SET view = view + 1, state = $2, cache_id = $3, since = clock_timestamp(), "
    "attended = clock_timestamp() WHERE view = $1";

std::int64_t integer(const PGresult* result, int column) noexcept {
  return parse_whole<std::int64_t>(text(result, 0, column)).value_or(0);
}

/// How long it has been off, at least, where nobody has switched it on yet: nobody can have a licence.
constexpr std::chrono::hours never_used{1};

Error no_row() {
  return Error(ErrorCode::internal, "the use of the shared cache is not written down in the database")
      .with_hint("start Banyan again with a role that may make tables");
}

Error cannot_write() { return {ErrorCode::unavailable, "the database can be read only"}; }

}  // namespace

const char* const make_cache_use =
    "CREATE TABLE \"_banyan_cache_use\" (one boolean PRIMARY KEY DEFAULT true CHECK (one), view bigint NOT NULL, state "
    "text NOT NULL CHECK (state IN ('on', 'off')), cache_id text NOT NULL, since timestamptz NOT NULL DEFAULT now(), "
    "attended timestamptz NOT NULL DEFAULT now()); "
    "INSERT INTO \"_banyan_cache_use\" (view, state, cache_id) VALUES (0, 'off', '')";

std::size_t add_reading(Session& session, Statements& statements) {
  Parameters none;
  session.add(statements.get(reading_text, [] { return Statement{.text = reading_text, .types = {}}; }), none);
  if (session.identity().system != 0) return 1;
  session.add(ask_primary_identity);
  return 2;
}

Result<CacheAgreement::Reading> reading_after(Session& session, std::span<const ResultHandle> answers) {
  for (const ResultHandle& answer : answers)
    if (!succeeded(answer.get())) return fail(error_from(answer.get()));
  if (answers.size() > 1) session.identity() = identity_from(answers[1].get());
  const PGresult* const row = answers.front().get();
  if (PQntuples(row) != 1) return fail(no_row());
  const auto lsn = parse_lsn(text(row, 0, 0));
  if (!lsn || session.identity().system == 0) return fail(cannot_write());
  CacheAgreement::Reading reading;
  reading.position.system = session.identity().system;
  reading.position.timeline = session.identity().timeline;
  reading.position.lsn = *lsn;
  reading.new_timeline = session.identity().new_timeline;
  reading.use.view = static_cast<std::uint64_t>(integer(row, 1));
  reading.use.on = text(row, 0, 2) == "on";
  reading.use.cache_id = text(row, 0, 3);
  reading.use.since = std::chrono::milliseconds(std::max<std::int64_t>(integer(row, 4), 0));
  if (reading.use.view == 0) reading.use.since = std::max<std::chrono::milliseconds>(reading.use.since, never_used);
  reading.use.unattended = std::chrono::milliseconds(std::max<std::int64_t>(integer(row, 5), 0));
  reading.database = static_cast<std::uint64_t>(integer(row, 6));
  return reading;
}

Agreement::Agreement(SessionPool::Parts parts, const Options& options, Statements& statements, Gauge& waiting)
    : clock_(parts.clock),
      statements_(statements),
      desk_(parts,
            {.purpose = {.name = "agreement"}, .sessions_max = 1, .batch_max = 1, .queue_max = options.queue_max},
            waiting,
            [this](Session& session, Desk<AgreementRequest>::Batch batch) { return serve(session, batch.front()); }) {}

// A session whose server does not take part any more makes room for one that may reach another.
Task<void> Agreement::serve(Session& session, AgreementRequest* request) {
  Result<CacheAgreement::Reading> reading = co_await ask(session, *request);
  if (!reading && reading.error().code == ErrorCode::unavailable) session.close(reading.error());
  request->deliver(std::move(reading));
}

Task<Result<CacheAgreement::Reading>> Agreement::ask(Session& session, const AgreementRequest& request) {
  session.limit_statements(statement_timeout, lock_timeout);
  const std::size_t changes = add_change(session, request);
  const std::size_t asked = add_reading(session, statements_);
  auto results = co_await session.exchange(std::min(request.context.deadline, clock_.steady() + statement_timeout));
  if (!results) co_return fail(std::move(results.error()));
  const std::span<const ResultHandle> all(*results);
  if (all.size() != changes + asked) co_return fail(cannot_write());
  for (const ResultHandle& result : all.first(changes)) {
    if (succeeded(result.get())) continue;
    if (is_stale_statement(sqlstate(result.get()))) session.forget_statements();
    co_return fail(error_from(result.get()));
  }
  co_return reading_after(session, all.subspan(changes));
}

std::size_t Agreement::add_change(Session& session, const AgreementRequest& request) {
  if (!request.change && !request.attended) return 0;
  session.add("BEGIN");
  Parameters parameters;
  if (request.change) {
    parameters.add(static_cast<std::int64_t>(request.change->view));
    parameters.add_text(request.change->on ? "on" : "off");
    parameters.add_text(request.change->cache_id);
    const auto make = [] { return Statement{.text = change_text, .types = {bigint_type, 0, 0}}; };
    session.add(statements_.get(change_text, make), parameters);
  } else {
    session.add(wait_for_no_disk);
    session.add(statements_.get(attend_text, [] { return Statement{.text = attend_text, .types = {}}; }), parameters);
  }
  session.add("COMMIT");
  return request.change ? 3 : 4;
}

}  // namespace banyan::postgres
