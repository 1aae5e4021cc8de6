#include "banyan/adapters/postgres/finds.hpp"

#include <algorithm>

#include "banyan/adapters/postgres/errors.hpp"
#include "banyan/adapters/postgres/store_metrics.hpp"
#include "banyan/adapters/postgres/write_statements.hpp"
#include "banyan/sql/statements.hpp"

namespace banyan::postgres {
namespace {

/// Of one exchange.
constexpr std::size_t finds_max = 64;
/// Of a find, which takes far less; and for a lock on its table, during which finds of other tables wait behind it.
constexpr std::chrono::milliseconds find_timeout{10'000};
constexpr std::chrono::milliseconds find_lock_timeout{500};
/// How long the server may owe an answer before its connection is given up: longer than a pause that it comes back
/// from.
constexpr std::chrono::seconds silence_max{15};

/// Ids are looked up by key, whatever is known of the table: without these, a plan made while it was small could stay,
/// or one be made for every number of ids.
constexpr const char* find_settings = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off";

constexpr std::string_view lock_not_available = "55P03";

}  // namespace

Finds::Finds(SessionPool::Parts parts, const Options& options, const PostgresDialect& dialect, Statements& statements,
             Gauge& waiting, Histogram& latency, Measured measured)
    : clock_(parts.clock),
      dialect_(dialect),
      statements_(statements),
      latency_(latency),
      measured_(measured),
      desk_(parts,
            {.purpose = {.name = "finds", .settings = find_settings},
             .sessions_max = options.find_connections,
             .batch_max = finds_max,
             .queue_max = options.queue_max,
             .stay_connected = true},
            waiting, [this](Session& session, Batch batch) { return serve(session, std::move(batch)); }) {}

const Statement& Finds::statement(const Collection& collection) {
  key_.assign("find ").append(collection.name);
  return statements_.get(key_, [&] {
    return Statement{.text = sql::select_by_ids(dialect_, collection),
                     .types = {array_parameter_type(collection.fields.front())}};
  });
}

void Finds::Group::add(const Value& id, std::size_t place) {
  ids += ids.empty() ? '{' : ',';
  const std::size_t begin = ids.size();
  const auto* const number = std::get_if<std::int64_t>(&id);
  ids += number != nullptr ? std::to_string(*number) : std::get<std::string>(id);
  wanted.push_back({.begin = begin, .length = ids.size() - begin, .place = place});
}

void Finds::Group::sort() {
  ids += '}';
  std::ranges::sort(wanted, {}, [this](const Wanted& one) { return id_of(one); });
}

std::vector<Finds::Group> Finds::groups_of(const Batch& batch) {
  std::vector<Group> groups;
  for (std::size_t place = 0; place < batch.size(); ++place) {
    const FindRequest& request = *batch[place];
    const auto fits = [&](const Group& group) {
      return group.collection == request.key.collection && !group.alone && !request.alone;
    };
    auto group = std::ranges::find_if(groups, fits);
    if (group == groups.end())
      group =
          groups.insert(group, {.collection = request.key.collection, .alone = request.alone, .ids = {}, .wanted = {}});
    group->add(request.key.id, place);
  }
  for (Group& group : groups) group.sort();
  return groups;
}

Task<void> Finds::serve(Session& session, Batch given) {
  const SteadyTime began = clock_.steady();
  const std::vector<Group> groups = groups_of(given);
  const auto under_way = under_way_.insert(under_way_.end(), {.began = began, .requests = std::move(given)});
  session.limit_statements(find_timeout, find_lock_timeout);
  Measure measure = measured_.in(statements_);
  measure.begin(session);
  Parameters parameters;
  for (const Group& group : groups) {
    parameters.clear();
    parameters.add_text(group.ids);
    session.add(statement(*group.collection), parameters);
  }
  measure.end(session);
  auto results = co_await session.exchange(began + silence_max);
  latency_.observe(microseconds(clock_.steady() - began));
  Deliveries deliveries;
  std::optional<Extent> extent;
  if (measured_.on() && results) note(under_way->requests, extent = measure.take(session, *results), deliveries);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const bool unmeasured = measured_.on() && !extent;
    if (results && i < results->size() && !(unmeasured && succeeded((*results)[i].get())))
      answer(under_way->requests, groups[i], (*results)[i].get(), session, deliveries);
    else
      ask_again(under_way->requests, groups[i],
                results ? Error(ErrorCode::unavailable, "the database left out an answer") : results.error(),
                deliveries);
  }
  under_way_.erase(under_way);
  deliveries.send();
}

void Finds::note(Batch& batch, const std::optional<Extent>& extent, Deliveries& deliveries) {
  for (FindRequest*& request : batch) {
    if (request == nullptr) continue;
    const bool as_far = measured_.of == Measure::Of::primary || (extent && covers(extent->from, request->wanted));
    if (as_far && extent)
      request->reached = extent->to;
    else if (!as_far)
      std::exchange(request, nullptr)
          ->deliver(fail(Error(ErrorCode::unavailable, "the replica is not as far as the reader")), deliveries);
  }
}

void Finds::answer(Batch& batch, const Group& group, const PGresult* result, Session& session, Deliveries& deliveries) {
  const ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_TUPLES_OK) return deliver_rows(batch, group, result, deliveries);
  if (status == PGRES_PIPELINE_ABORTED) {
    return ask_again(batch, group, Error(ErrorCode::unavailable, "the database failed at another request"), deliveries);
  }
  const std::string_view state = sqlstate(result);
  if (is_stale_statement(state)) session.forget_statements();
  const Error error = error_from(result);
  if (is_stale_statement(state) || ends_connection(state) || state == lock_not_available)
    return ask_again(batch, group, error, deliveries);
  const bool may_be_of_one = group.wanted.size() > 1 && is_of_storage(state);
  if (may_be_of_one) {
    for (const Group::Wanted& one : group.wanted)
      if (FindRequest* const request = batch[one.place]) request->alone = true;
    return ask_again(batch, group, error, deliveries);
  }
  for (const Group::Wanted& one : group.wanted) deliver(batch, one, fail(error), deliveries);
}

// An id may be wanted by several, and comes in one row.
void Finds::deliver_rows(Batch& batch, const Group& group, const PGresult* result, Deliveries& deliveries) {
  for (int row = 0; row < PQntuples(result); ++row) {
    const auto wanted = std::ranges::equal_range(group.wanted, text(result, row, 0), {},
                                                 [&](const Group::Wanted& one) { return group.id_of(one); });
    if (wanted.empty()) continue;
    Result<Record> record(std::in_place);
    if (!read_record(result, row, *group.collection, *record))
      record = fail(damaged_record(result, row, *group.collection));
    const auto last = std::prev(wanted.end());
    for (auto one = wanted.begin(); one != last; ++one) deliver(batch, *one, record, deliveries);
    deliver(batch, *last, std::move(record), deliveries);
  }
  for (const Group::Wanted& one : group.wanted)
    if (const FindRequest* request = batch[one.place])
      deliver(batch, one, fail(ErrorCode::not_found, "there is no " + to_string(request->key)), deliveries);
}

void Finds::deliver(Batch& batch, const Group::Wanted& one, Result<Record> record, Deliveries& deliveries) {
  if (FindRequest* const request = std::exchange(batch[one.place], nullptr))
    request->deliver(std::move(record), deliveries);
}

void Finds::ask_again(Batch& batch, const Group& group, const Error& error, Deliveries& deliveries) {
  for (const Group::Wanted& one : group.wanted) {
    FindRequest* const request = batch[one.place];
    if (request == nullptr) continue;
    const bool may_not = measured_.of == Measure::Of::replica || request->context.expired();
    if (++request->attempts >= attempts_max || may_not)
      deliver(batch, one, fail(error), deliveries);
    else
      desk_.submit_again(request);
  }
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
