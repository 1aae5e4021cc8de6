#include <algorithm>
#include <exception>
#include <limits>
#include <utility>

#include "banyan/core/record_json.hpp"
#include "banyan/services/key_text.hpp"
#include "banyan/services/record_input.hpp"
#include "banyan/services/records_state.hpp"

namespace banyan::services {
namespace {

constexpr Version above_every_version = std::numeric_limits<Version>::max();

using Answers = std::vector<Written>;

// Goes over one key after COMMIT and before the acknowledgement: who reads from now on sees the write.
Task<void> pass_over(Records::State& state, const RecordKey& key, Version version, CachedRecordPtr record) {
  const std::string text = to_string(key);
  state.flights.detach(text);
  co_await state.parts.cache.raise(text, version, std::move(record));
}

// A write tells no more of a record than a read would.
bool may_read(const Context& context, const Collection& collection) {
  return collection.policy.decide(Action::read, {context.viewer, context.clock.wall()}) == Policy::Verdict::allowed;
}

// Every changed key is gone over; the first `answered` of them come back as they are now.
Task<Answers> settle(Records::State& state, const Context& context, Applied applied, std::size_t answered) {
  Answers answers;
  answers.reserve(answered);
  for (std::size_t i = 0; i < applied.changes.size(); ++i) {
    const Changed& change = applied.changes[i];
    const Collection& collection = *change.key.collection;
    CachedRecordPtr record;
    if (change.record && (i < answered || collection.cached)) record = encode(collection, *change.record);
    if (collection.cached) co_await pass_over(state, change.key, change.version, record);
    if (i < answered) {
      Written& written = answers.emplace_back();
      written.id = change.key.id;
      written.version = change.version;
      written.created = change.created;
      if (may_read(context, collection)) written.record = std::move(record);
    }
  }
  co_return answers;
}

// What is known of the keys that a batch would change.
struct Reach {
  std::vector<RecordKey> keys;
  bool known = true;  ///< No: a deletion may change records that nobody has named.
};

Reach reach_of(const Schema& schema, const WriteBatch& batch) {
  Reach reach;
  for (const Write& write : batch.writes) {
    if (write.kind == Write::Kind::remove && !schema.references_to(write.collection->index).empty())
      reach.known = false;
    if (!is_null(write.id)) reach.keys.push_back({write.collection, write.id});
    if (write.kind == Write::Kind::create && !write.changes.empty() && write.changes.front().field == 0)
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

// `answered`: how many of the batch's writes leave a record to answer with; the batch holds them first.
Task<Result<Answers>> apply(Records::State& state, const Context& context, WriteBatch batch, std::size_t answered) {
  Reach reach = reach_of(state.parts.schema, batch);
  Result<Applied> applied = co_await state.parts.store.apply(context, std::move(batch));
  if (!applied) {
    if (may_have_happened(applied.error().code)) co_await doubt(state, std::move(reach));
    co_return fail(std::move(applied.error()));
  }
  Answers answers;
  std::exception_ptr failure;
  try {
    answers = co_await settle(state, context, std::move(*applied), answered);
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) {  // out of memory, most likely: what is kept may be older than the commit
    co_await forget(state);
    std::rethrow_exception(failure);
  }
  if (answers.size() != answered)
    co_return fail(Error(ErrorCode::internal, "The change was made, but cannot be shown.")
                       .with_detail("the store named fewer records than were written"));
  co_return answers;
}

WriteBatch batch_of(Write write) {
  WriteBatch batch;
  batch.writes.push_back(std::move(write));
  return batch;
}

Write update_write(const Collection& collection, Value id, std::vector<FieldChange> changes,
                   std::optional<Version> expected) {
  Write write;
  write.kind = Write::Kind::update;
  write.collection = &collection;
  write.id = std::move(id);
  write.changes = std::move(changes);
  write.expected_version = expected;
  return write;
}

Task<Result<Written>> apply_one(Records::State& state, const Context& context, Write write) {
  WriteBatch batch = batch_of(std::move(write));
  Result<Answers> answers = co_await apply(state, context, std::move(batch), 1);
  if (!answers) co_return fail(std::move(answers.error()));
  co_return std::move(answers->front());
}

Task<Result<void>> apply_removal(Records::State& state, const Context& context, Write write) {
  WriteBatch batch = batch_of(std::move(write));
  Result<Answers> answers = co_await apply(state, context, std::move(batch), 0);
  if (!answers) co_return fail(std::move(answers.error()));
  co_return Result<void>();
}

std::unexpected<Error> not_there_yet() { return fail(ErrorCode::unsupported, "This write is not there yet."); }

InputRules rules_of(const Records::State& state, const Context& context, const Collection& collection) {
  return InputRules{.collection = collection,
                    .service = context.viewer.is_service(),
                    .clock = state.parts.clock,
                    .random = state.parts.random,
                    .batch_records_max = state.options.batch_records_max};
}

}  // namespace

Task<void> Records::forget(ForeignChange change) {
  if (change.everything) co_return co_await services::forget(*state_);
  for (const ForeignChange::Key& changed : change.keys)
    if (changed.key.collection->cached) co_await pass_over(*state_, changed.key, changed.version, nullptr);
}

Task<Result<std::vector<Written>>> Records::create(const Context& context, const Collection& collection,
                                                   const boost::json::value& body, CreateOptions options) {
  if (options.columns || !options.missing_is_default || options.upsert || options.rehearsal) return not_there_yet();
  if (auto refused = refusal(context, collection, Action::create)) return fail(std::move(*refused));
  Result<std::vector<Write>> writes = creates_from(rules_of(*state_, context, collection), body);
  if (!writes) return fail(std::move(writes.error()));
  if (writes->empty()) return Answers();
  WriteBatch batch;
  batch.writes = std::move(*writes);
  const std::size_t count = batch.writes.size();
  return services::apply(*state_, context, std::move(batch), count);
}

Task<Result<Written>> Records::update(const Context& context, const Collection& collection, Value id,
                                      const boost::json::value& body, std::optional<Version> expected) {
  if (auto refused = refusal(context, collection, Action::update)) return fail(std::move(*refused));
  if (KeyText(collection, id).empty()) return fail(no_such_record({&collection, std::move(id)}));
  Result<std::vector<FieldChange>> changes = update_from(rules_of(*state_, context, collection), body);
  if (!changes) return fail(std::move(changes.error()));
  return apply_one(*state_, context, update_write(collection, std::move(id), std::move(*changes), expected));
}

Task<Result<Written>> Records::replace(const Context& context, const Collection& collection, Value id,
                                       const boost::json::value& body, std::optional<Version> expected) {
  if (auto refused = refusal(context, collection, Action::update)) return fail(std::move(*refused));
  if (KeyText(collection, id).empty()) return fail(no_such_record({&collection, std::move(id)}));
  Result<std::vector<FieldChange>> changes = replacement_from(rules_of(*state_, context, collection), body);
  if (!changes) return fail(std::move(changes.error()));
  return apply_one(*state_, context, update_write(collection, std::move(id), std::move(*changes), expected));
}

Task<Result<void>> Records::remove(const Context& context, const Collection& collection, Value id,
                                   std::optional<Version> expected) {
  if (auto refused = refusal(context, collection, Action::remove)) return fail(std::move(*refused));
  if (KeyText(collection, id).empty()) return fail(no_such_record({&collection, std::move(id)}));
  Write write = update_write(collection, std::move(id), {}, expected);
  write.kind = Write::Kind::remove;
  return apply_removal(*state_, context, std::move(write));
}

Task<Result<std::vector<Written>>> Records::update_matches(const Context&, const Collection&, Filter,
                                                           const boost::json::value&, MatchOptions) {
  return not_there_yet();
}

Task<Result<std::vector<Written>>> Records::remove_matches(const Context&, const Collection&, Filter, MatchOptions) {
  return not_there_yet();
}

Task<Result<std::vector<std::vector<Written>>>> Records::apply(const Context&, std::vector<Operation>, bool) {
  return not_there_yet();
}

}  // namespace banyan::services
