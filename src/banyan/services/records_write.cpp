#include <algorithm>
#include <exception>
#include <limits>
#include <numeric>
#include <span>
#include <tuple>
#include <utility>

#include "banyan/core/record_json.hpp"
#include "banyan/services/records_state.hpp"
#include "banyan/services/verdict.hpp"
#include "banyan/services/write_answers.hpp"
#include "banyan/services/write_plan.hpp"

namespace banyan::services {
namespace {

constexpr Version above_every_version = std::numeric_limits<Version>::max();

/// What a write changed, made known to whoever keeps it.
class Passing {
 public:
  void add(const RecordKey& key, Version version, CachedRecordPtr record) {
    changes_.push_back({.key = to_string(key), .version = version, .record = std::move(record)});
  }

  /// The last change of each record: nobody may be shown one in between, which was never kept.
  std::span<const Cache::Raise> raises() {
    std::ranges::sort(changes_, [](const Change& a, const Change& b) {
      return std::tie(a.key, b.version) < std::tie(b.key, a.version);
    });
    const auto repeated = std::ranges::unique(changes_, {}, &Change::key);
    changes_.erase(repeated.begin(), repeated.end());
    raises_.clear();
    for (const Change& change : changes_)
      raises_.push_back({.key = change.key, .version = change.version, .value = change.record});
    return raises_;
  }

  /// The same; nobody boards a flight any more that may have begun before the commit.
  std::span<const Cache::Raise> detached(Flights& flights) {
    for (const Cache::Raise& raise : raises()) flights.detach(raise.key);
    return raises_;
  }

 private:
  struct Change {
    std::string key;
    Version version;
    CachedRecordPtr record;
  };
  std::vector<Change> changes_;
  std::vector<Cache::Raise> raises_;
};

// A rehearsal shows what the database has by now, and undoes what it would make of it.
Task<void> tell_of_rehearsed(Records::State& state, const Context& context, std::span<const Changed> shown) {
  if (state.parts.cache.shown_from() == above_every_version) co_return;
  Passing passing;
  for (const Changed& change : shown)
    if (change.key.collection->cached && !change.created) passing.add(change.key, above_every_version, nullptr);
  const std::span<const Cache::Raise> raises = passing.raises();
  if (!raises.empty()) co_await state.parts.cache.show(context, raises);
}

// Every changed key is gone over. What the writes changed themselves comes back encoded: the first `answered` changes,
// those that were deleted as they were.
Task<Result<std::vector<CachedRecordPtr>>> settle(Records::State& state, const Context& context, const Applied& applied,
                                                  std::size_t answered, bool rehearsal) {
  std::vector<CachedRecordPtr> encoded;
  encoded.reserve(answered);
  Passing passing;
  for (std::size_t i = 0; i < applied.changes.size(); ++i) {
    const Changed& change = applied.changes[i];
    const Collection& collection = *change.key.collection;
    const bool cached = collection.cached && !rehearsal;
    CachedRecordPtr record;
    if (change.record && (i < answered || cached)) record = encode(collection, *change.record);
    if (cached) passing.add(change.key, change.version, record);
    if (i < answered && !record && change.before) record = encode(collection, *change.before);
    if (i < answered) encoded.push_back(std::move(record));
  }
  const std::span<const Cache::Raise> raises = passing.detached(state.flights);
  if (!raises.empty()) {
    Result<void> raised = co_await state.parts.cache.raise(context, raises, applied.cache_use);
    if (!raised) co_return fail(not_made_known(std::move(raised.error())));
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

Task<Result<void>> forget(Records::State& state, const Context& context) {
  state.flights.detach_all();
  return state.parts.cache.clear(context);
}

// The write may have happened or not, so nothing that is kept can be believed. It is not acknowledged: where somebody
// cannot be told, no promise is broken.
Task<void> doubt(Records::State& state, const Context& context, Reach reach) {
  Passing passing;
  for (const RecordKey& key : reach.keys)
    if (key.collection->cached) passing.add(key, above_every_version, nullptr);
  const std::span<const Cache::Raise> raises = passing.detached(state.flights);
  if (!raises.empty()) (void)co_await state.parts.cache.raise(context, raises, std::nullopt);
  if (!reach.known) (void)co_await forget(state, context);
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
  if (Result<void> ready = co_await state.parts.cache.before_write(context); !ready)
    co_return fail(std::move(ready.error()));
  if (std::optional<Error> refused = co_await refused_before(state, context, plan)) co_return fail(std::move(*refused));
  Reach reach = reach_of(state.parts.schema, plan.batch);
  std::vector<Write> writes;
  if (std::ranges::any_of(plan.batch.writes, has_rules)) writes = plan.batch.writes;
  Result<Applied> applied = co_await state.parts.store.apply(context, std::move(plan.batch));
  if (!applied) {
    if (!rehearsal && may_have_happened(applied.error().code)) co_await doubt(state, context, std::move(reach));
    co_return fail(co_await told(state, context, plan, writes, std::move(applied.error())));
  }
  Result<std::vector<CachedRecordPtr>> encoded;
  std::exception_ptr failure;
  try {
    encoded = co_await settle(state, context, *applied, answered_by(*applied, plan), rehearsal);
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) {  // out of memory, most likely: what is kept may be older than the commit
    (void)co_await forget(state, context);
    std::rethrow_exception(failure);
  }
  if (!encoded) co_return fail(std::move(encoded.error()));
  if (rehearsal) co_await tell_of_rehearsed(state, context, std::span(applied->changes).first(encoded->size()));
  co_return co_await answers(state, context, plan, *applied, std::move(*encoded));
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

Task<Result<void>> Records::forget(const Context& context, ForeignChange change) {
  if (change.everything) co_return co_await services::forget(*state_, context);
  Passing passing;
  for (const ForeignChange::Key& changed : change.keys)
    if (changed.key.collection->cached) passing.add(changed.key, changed.version, nullptr);
  const std::span<const Cache::Raise> raises = passing.detached(state_->flights);
  if (!raises.empty()) co_await state_->parts.cache.hear(context, raises);
  co_return Result<void>();
}

Task<Result<void>> Records::before_write(const Context& context) const {
  return state_->parts.cache.before_write(context);
}

void Records::forget_readers(std::string_view key) { state_->flights.detach(key); }

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
