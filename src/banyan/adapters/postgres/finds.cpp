#include "banyan/adapters/postgres/finds.hpp"

#include "banyan/adapters/postgres/errors.hpp"
#include "banyan/adapters/postgres/store_metrics.hpp"
#include "banyan/sql/statements.hpp"

namespace banyan::postgres {
namespace {

/// Of one exchange.
constexpr std::size_t finds_max = 64;
/// Of a find, which takes far less; and for a lock on its table, during which finds of other tables wait behind it.
constexpr std::chrono::milliseconds statement_timeout{10'000};
constexpr std::chrono::milliseconds lock_timeout{500};
/// How long the server may owe an answer before its connection is given up: longer than a pause that it comes back
/// from.
constexpr std::chrono::seconds silence_max{15};

constexpr std::string_view lock_not_available = "55P03";

}  // namespace

Finds::Finds(SessionPool::Parts parts, const Options& options, const PostgresDialect& dialect, Statements& statements,
             Gauge& waiting, Histogram& latency)
    : clock_(parts.clock),
      dialect_(dialect),
      statements_(statements),
      latency_(latency),
      desk_(parts,
            {.purpose = "finds",
             .sessions_max = options.find_connections,
             .batch_max = finds_max,
             .queue_max = options.queue_max,
             .stay_connected = true},
            waiting, [this](Session& session, Batch batch) { return serve(session, std::move(batch)); }) {}

const Statement& Finds::statement(const Collection& collection) {
  key_.assign("find ").append(collection.name);
  return statements_.get(key_, [&] {
    return Statement{.text = sql::select_by_id(dialect_, collection),
                     .types = {parameter_type(collection.fields.front())}};
  });
}

Task<void> Finds::serve(Session& session, Batch given) {
  const SteadyTime began = clock_.steady();
  const auto under_way = under_way_.insert(under_way_.end(), {.began = began, .requests = std::move(given)});
  const Batch& batch = under_way->requests;
  session.limit_statements(statement_timeout, lock_timeout);
  Parameters parameters;
  for (const FindRequest* request : batch) {
    parameters.clear();
    parameters.add(request->key.id);
    session.add(statement(*request->key.collection), parameters);
  }
  auto results = co_await session.exchange(began + silence_max);
  latency_.observe(microseconds(clock_.steady() - began));
  Deliveries deliveries;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    FindRequest* const request = batch[i];
    if (request == nullptr) continue;
    if (results && i < results->size())
      answer(request, (*results)[i].get(), session, deliveries);
    else
      ask_again(request, results ? Error(ErrorCode::unavailable, "the database left out an answer") : results.error(),
                deliveries);
  }
  under_way_.erase(under_way);
  deliveries.send();
}

void Finds::answer(FindRequest* request, const PGresult* result, Session& session, Deliveries& deliveries) {
  switch (PQresultStatus(result)) {
    case PGRES_TUPLES_OK: {
      if (PQntuples(result) == 0) {
        return request->deliver(fail(ErrorCode::not_found, "there is no " + to_string(request->key)), deliveries);
      }
      Result<Record> record(std::in_place);
      if (!read_record(result, 0, *request->key.collection, *record))
        record = fail(damaged_record(result, 0, *request->key.collection));
      return request->deliver(std::move(record), deliveries);
    }
    case PGRES_PIPELINE_ABORTED: {
      return ask_again(request, Error(ErrorCode::unavailable, "the database failed at another request"), deliveries);
    }
    default: break;
  }
  const std::string_view state = sqlstate(result);
  if (is_stale_statement(state)) session.forget_statements();
  if (is_stale_statement(state) || ends_connection(state) || state == lock_not_available)
    return ask_again(request, error_from(result), deliveries);
  request->deliver(fail(error_from(result)), deliveries);
}

void Finds::ask_again(FindRequest* request, Error error, Deliveries& deliveries) {
  if (++request->attempts >= attempts_max || request->context.expired())
    return request->deliver(fail(std::move(error)), deliveries);
  desk_.submit_again(request);
}

Duration Finds::silence(SteadyTime now) const {
  return under_way_.empty() ? Duration::zero() : now - under_way_.front().began;
}

void Finds::look_at_time(SteadyTime now) {
  for (UnderWay& batch : under_way_) {
    for (FindRequest*& request : batch.requests) {
      if (request == nullptr || !request->context.expired()) continue;
      std::exchange(request, nullptr)
          ->deliver(fail(Error(ErrorCode::deadline_exceeded, "the database has not answered in time")));
    }
  }
  desk_.look_at_time(now);
}

}  // namespace banyan::postgres
