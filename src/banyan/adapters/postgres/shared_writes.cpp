#include "banyan/adapters/postgres/shared_writes.hpp"

#include <algorithm>

#include "banyan/adapters/postgres/errors.hpp"
#include "banyan/adapters/postgres/write_texts.hpp"

namespace banyan::postgres {
namespace {

/// Of one transaction.
constexpr std::size_t requests_max = 256;
/// For a lock that another program holds; whoever waits longer waits alone.
constexpr std::chrono::milliseconds shared_lock_timeout{100};

/// Whether the condition costs about as much as the look at a key.
bool is_small(const Filter& filter) {
  return filter.kind != Filter::Kind::related && filter.op != CompareOp::search && filter.children.size() <= 8 &&
         filter.operands.size() <= 8 && std::ranges::all_of(filter.children, is_small);
}

/// In the order of their keys, so that the transactions of several instances lock records in the same order.
bool comes_before(const WriteRequest* a, const WriteRequest* b) {
  const Write& left = a->batch.writes.front();
  const Write& right = b->batch.writes.front();
  if (left.collection != right.collection) return left.collection->index < right.collection->index;
  if (left.id.index() != right.id.index()) return left.id.index() < right.id.index();
  const int order = is_null(left.id) ? 0 : compare_values(left.id, right.id);
  return order < 0 || (order == 0 && a->arrived < b->arrived);
}

SteadyTime deadline_of(const WriteRequest* request) { return request->context.deadline; }

}  // namespace

SharedWrites::SharedWrites(SessionPool::Parts parts, const Options& options, WriteStatements& statements,
                           Desk<WriteRequest>& alone, StoreMetrics& metrics)
    : clock_(parts.clock),
      options_(options),
      statements_(statements),
      alone_(alone),
      metrics_(metrics),
      desk_(
          parts,
          {.purpose = {.name = "writes"}, .sessions_max = 1, .batch_max = requests_max, .queue_max = options.queue_max},
          metrics.write_queue, [this](Session& session, Batch batch) { return serve(session, std::move(batch)); }) {}

bool SharedWrites::fits(const WriteBatch& batch) const {
  if (batch.writes.size() != 1 || batch.rehearsal) return false;
  const Write& write = batch.writes.front();
  // What has been done before a check fails, only the end of the transaction undoes.
  if (!is_small(write.filter) || !is_small(write.check)) return false;
  if (has_checks(write) && !is_checked_before(write)) return false;
  if (write.kind == Write::Kind::remove) return statements_.incoming(*write.collection).empty();
  if (write.kind != Write::Kind::create && write.kind != Write::Kind::update) return false;
  if (sql::sets_reference(write)) return false;
  return write.kind == Write::Kind::create || !may_collide(write);
}

Task<void> SharedWrites::serve(Session& session, Batch batch) {
  std::erase_if(batch, [](WriteRequest* request) {
    if (!request->context.expired()) return false;
    request->deliver(fail(Error(ErrorCode::deadline_exceeded, "the write waited past its deadline")));
    return true;
  });
  if (batch.empty()) co_return;
  std::ranges::sort(batch, comes_before);
  metrics_.batch_requests.observe(batch.size());
  std::optional<std::vector<Outcome>> outcomes = co_await write(session, batch);
  if (!outcomes) {
    co_await roll_back(session);
    co_return send_alone(batch);
  }
  const std::vector<Outcome>& written = *outcomes;
  const CommitOutcome committed = co_await commit(session, written);
  if (committed.kind == CommitOutcome::Kind::kept) co_return deliver(std::move(*outcomes), committed);
  if (committed.kind == CommitOutcome::Kind::unknown) {
    for (WriteRequest* request : batch) request->deliver(fail(committed.reason));
    co_return;
  }
  co_await roll_back(session);
  send_alone(batch);
}

Task<std::optional<std::vector<SharedWrites::Outcome>>> SharedWrites::write(Session& session, const Batch& batch) {
  const UnixMicros now = std::max<UnixMicros>(clock_.wall(), 1);
  session.limit_statements(options_.statement_timeout, shared_lock_timeout);
  session.add("BEGIN");
  bool sayable = true;
  for (const WriteRequest* request : batch)
    if (statements_.add(session, request->batch.writes.front(), now, true)) sayable = false;
  auto results = co_await session.exchange(std::ranges::min(batch, {}, deadline_of)->context.deadline);
  if (!results || !sayable) co_return std::nullopt;
  std::vector<Outcome> outcomes;
  std::size_t place = 1;
  for (WriteRequest* request : batch) {
    const Write& write = request->batch.writes.front();
    const std::size_t count = WriteStatements::answers_of(write);
    if (place + count > results->size()) co_return std::nullopt;
    auto written = statements_.written(write, std::span<const ResultHandle>(*results).subspan(place, count));
    if (!written || written->refused) co_return std::nullopt;
    Outcome& outcome = outcomes.emplace_back(request);
    if (!written->changes.empty()) outcome.changed = std::move(written->changes.front());
    place += count;
  }
  co_return outcomes;
}

Task<CommitOutcome> SharedWrites::commit(Session& session, const std::vector<Outcome>& outcomes) {
  std::vector<Changed> changes;
  for (const Outcome& outcome : outcomes)
    if (outcome.changed) changes.push_back({.key = outcome.changed->key, .version = outcome.changed->version});
  const SteadyTime last = std::ranges::max(outcomes, {}, [](const Outcome& one) {
                            return one.request->context.deadline;
                          }).request->context.deadline;
  co_return co_await postgres::commit(session, statements_, changes, clock_, last, metrics_);
}

Task<void> SharedWrites::roll_back(Session& session) {
  metrics_.transactions_repeated.add();
  return postgres::roll_back(session, clock_);
}

void SharedWrites::send_alone(const Batch& batch) {
  for (WriteRequest* request : batch) alone_.submit(request);
  alone_.pump();
}

// One that met no record has changed nothing, so it may go on to where the reason is found out.
void SharedWrites::deliver(std::vector<Outcome> outcomes, const CommitOutcome& committed) {
  Deliveries deliveries;
  Batch unclear;
  const SteadyTime now = clock_.steady();
  for (Outcome& outcome : outcomes) {
    if (!outcome.changed) {
      unclear.push_back(outcome.request);
      continue;
    }
    metrics_.write_latency.observe(microseconds(now - outcome.request->arrived));
    Result<Applied> applied(std::in_place);
    applied->changes.push_back(std::move(*outcome.changed));
    applied->counts.push_back(1);
    applied->cache_use = committed.cache_use;
    outcome.request->reached = committed.reached;
    outcome.request->deliver(std::move(applied), deliveries);
  }
  deliveries.send();
  send_alone(unclear);
}

}  // namespace banyan::postgres
