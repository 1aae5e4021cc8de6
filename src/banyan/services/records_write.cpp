#include <algorithm>
#include <exception>
#include <limits>
#include <numeric>
#include <span>
#include <utility>

#include "banyan/core/record_json.hpp"
#include "banyan/services/records_state.hpp"
#include "banyan/services/write_answers.hpp"
#include "banyan/services/write_plan.hpp"

namespace banyan::services {
namespace {

constexpr Version above_every_version = std::numeric_limits<Version>::max();

// Goes over one key after COMMIT and before the acknowledgement: who reads from now on sees the write.
Task<void> pass_over(Records::State& state, const RecordKey& key, Version version, CachedRecordPtr record) {
  const std::string text = to_string(key);
  state.flights.detach(text);
  co_await state.parts.cache.raise(text, version, std::move(record));
}

// Every changed key is gone over. What the writes changed themselves comes back encoded: the first `answered` changes,
// those that were deleted as they were.
Task<std::vector<CachedRecordPtr>> settle(Records::State& state, const Applied& applied, std::size_t answered,
                                          bool rehearsal) {
  std::vector<CachedRecordPtr> encoded;
  encoded.reserve(answered);
  for (std::size_t i = 0; i < applied.changes.size(); ++i) {
    const Changed& change = applied.changes[i];
    const Collection& collection = *change.key.collection;
    const bool cached = collection.cached && !rehearsal;
    CachedRecordPtr record;
    if (change.record && (i < answered || cached)) record = encode(collection, *change.record);
    if (cached) co_await pass_over(state, change.key, change.version, record);
    if (i < answered && !record && change.before) record = encode(collection, *change.before);
    if (i < answered) encoded.push_back(std::move(record));
  }
  co_return encoded;
}

// What is known of the keys that a batch would change.
struct Reach {
  std::vector<RecordKey> keys;
  bool known = true;  ///< No: records may change that nobody has named.
};

Reach reach_of(const Schema& schema, const WriteBatch& batch) {
  Reach reach;
  for (const Write& write : batch.writes) {
    const Write::Kind kind = write.kind;
    if (kind != Write::Kind::create && kind != Write::Kind::update && kind != Write::Kind::remove) reach.known = false;
    if (kind == Write::Kind::remove && !schema.references_to(write.collection->index).empty()) reach.known = false;
    if (!is_null(write.id)) reach.keys.push_back({write.collection, write.id});
    if (kind == Write::Kind::create && !write.changes.empty() && write.changes.front().field == 0)
      reach.keys.push_back({write.collection, write.changes.front().value});
  }
  return reach;
}

Task<void> forget(Records::State& state) {
  state.flights.detach_all();
  co_await state.parts.cache.clear();
}

// The write may have happened or not, so nothing that is kept can be believed.
Task<void> doubt(Records::State& state, Reach reach) {
  for (const RecordKey& key : reach.keys)
    if (key.collection->cached) co_await pass_over(state, key, above_every_version, nullptr);
  if (!reach.known) co_await forget(state);
}

bool may_have_happened(ErrorCode code) { return code == ErrorCode::outcome_unknown || code == ErrorCode::internal; }

std::size_t answered_by(const Applied& applied, const WritePlan& plan) {
  if (applied.counts.empty()) return std::min(plan.origins.size(), applied.changes.size());
  return std::accumulate(applied.counts.begin(), applied.counts.end(), std::size_t{0});
}

using Answers = std::vector<std::vector<Written>>;

Task<Result<Answers>> carry_out(Records::State& state, const Context& context, WritePlan plan) {
  if (plan.origins.empty()) co_return Answers(plan.operations);
  const bool rehearsal = plan.batch.rehearsal;
  Reach reach = reach_of(state.parts.schema, plan.batch);
  Result<Applied> applied = co_await state.parts.store.apply(context, std::move(plan.batch));
  if (!applied) {
    if (!rehearsal && may_have_happened(applied.error().code)) co_await doubt(state, std::move(reach));
    co_return fail(co_await told(state, context, plan, std::move(applied.error())));
  }
  std::vector<CachedRecordPtr> encoded;
  std::exception_ptr failure;
  try {
    encoded = co_await settle(state, *applied, answered_by(*applied, plan), rehearsal);
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) {  // out of memory, most likely: what is kept may be older than the commit
    co_await forget(state);
    std::rethrow_exception(failure);
  }
  co_return co_await answers(state, context, plan, *applied, std::move(encoded));
}

Task<Result<std::vector<Written>>> carry_out_one(Records::State& state, const Context& context,
                                                 Result<WritePlan> plan) {
  if (!plan) co_return fail(std::move(plan.error()));
  Result<Answers> written = co_await carry_out(state, context, std::move(*plan));
  if (!written) co_return fail(std::move(written.error()));
  co_return std::move(written->front());
}

Task<Result<Written>> carry_out_change(Records::State& state, const Context& context, Result<WritePlan> plan) {
  Result<std::vector<Written>> written = co_await carry_out_one(state, context, std::move(plan));
  if (!written) co_return fail(std::move(written.error()));
  if (written->empty())
    co_return fail(Error(ErrorCode::internal, "The change was made, but cannot be shown.")
                       .with_detail("the store named fewer records than were written"));
  co_return std::move(written->front());
}

Task<Result<void>> carry_out_removal(Records::State& state, const Context& context, Result<WritePlan> plan) {
  Result<std::vector<Written>> written = co_await carry_out_one(state, context, std::move(plan));
  if (!written) co_return fail(std::move(written.error()));
  co_return Result<void>();
}

Result<WritePlan> plan_of(const Records::State& state, const Context& context, std::span<Operation> operations,
                          bool placed, bool rehearsal) {
  const PlanParts parts{.schema = state.parts.schema,
                        .clock = state.parts.clock,
                        .random = state.parts.random,
                        .batch_records_max = state.options.batch_records_max};
  Result<WritePlan> made = plan(parts, context, operations, placed);
  if (made) made->batch.rehearsal = rehearsal;
  return made;
}

Result<WritePlan> plan_of(const Records::State& state, const Context& context, Operation operation,
                          bool rehearsal = false) {
  return plan_of(state, context, std::span(&operation, 1), false, rehearsal);
}

}  // namespace

Task<void> Records::forget(ForeignChange change) {
  if (change.everything) co_return co_await services::forget(*state_);
  for (const ForeignChange::Key& changed : change.keys)
    if (changed.key.collection->cached) co_await pass_over(*state_, changed.key, changed.version, nullptr);
}

Task<Result<std::vector<Written>>> Records::create(const Context& context, const Collection& collection,
                                                   const boost::json::value& body, CreateOptions options) {
  Operation operation{.kind = Operation::Kind::create, .collection = &collection, .body = &body};
  const bool rehearsal = options.rehearsal;
  operation.create = std::move(options);
  return carry_out_one(*state_, context, plan_of(*state_, context, std::move(operation), rehearsal));
}

Task<Result<Written>> Records::update(const Context& context, const Collection& collection, Value id,
                                      const boost::json::value& body, std::optional<Version> expected) {
  Operation operation{.kind = Operation::Kind::update, .collection = &collection, .id = std::move(id), .body = &body};
  operation.expected = expected;
  return carry_out_change(*state_, context, plan_of(*state_, context, std::move(operation)));
}

Task<Result<Written>> Records::replace(const Context& context, const Collection& collection, Value id,
                                       const boost::json::value& body, std::optional<Version> expected) {
  Operation operation{.kind = Operation::Kind::replace, .collection = &collection, .id = std::move(id), .body = &body};
  operation.expected = expected;
  return carry_out_change(*state_, context, plan_of(*state_, context, std::move(operation)));
}

Task<Result<void>> Records::remove(const Context& context, const Collection& collection, Value id,
                                   std::optional<Version> expected) {
  Operation operation{.kind = Operation::Kind::remove, .collection = &collection, .id = std::move(id)};
  operation.expected = expected;
  return carry_out_removal(*state_, context, plan_of(*state_, context, std::move(operation)));
}

Task<Result<std::vector<Written>>> Records::update_matches(const Context& context, const Collection& collection,
                                                           Filter filter, const boost::json::value& body,
                                                           MatchOptions options) {
  Operation operation{.kind = Operation::Kind::update_matches, .collection = &collection, .body = &body};
  operation.filter = std::move(filter);
  operation.matches_max = options.matches_max;
  return carry_out_one(*state_, context, plan_of(*state_, context, std::move(operation), options.rehearsal));
}

Task<Result<std::vector<Written>>> Records::remove_matches(const Context& context, const Collection& collection,
                                                           Filter filter, MatchOptions options) {
  Operation operation{.kind = Operation::Kind::remove_matches, .collection = &collection};
  operation.filter = std::move(filter);
  operation.matches_max = options.matches_max;
  return carry_out_one(*state_, context, plan_of(*state_, context, std::move(operation), options.rehearsal));
}

Task<Result<std::vector<std::vector<Written>>>> Records::apply(const Context& context,
                                                               std::vector<Operation> operations, bool rehearsal) {
  Result<WritePlan> made = plan_of(*state_, context, operations, true, rehearsal);
  if (!made) return fail(std::move(made.error()));
  return carry_out(*state_, context, std::move(*made));
}

}  // namespace banyan::services
