#include <utility>

#include "banyan/core/record_json.hpp"
#include "banyan/services/key_text.hpp"
#include "banyan/services/records_state.hpp"

namespace banyan::services {
namespace {

// The store's answer as it is cached: "there is none" is a value too.
Result<CachedRecordPtr> cacheable(const Records::State& state, const RecordKey& key, Result<Record> found) {
  if (found) return encode(*key.collection, *found);
  if (found.error().code == ErrorCode::not_found) return state.absent;
  return fail(std::move(found.error()));
}

// Whether the failure concerns this reader alone, so that others should try for themselves.
bool is_own_failure(const Context& context, const Result<CachedRecordPtr>& result) {
  return !result && (result.error().code == ErrorCode::deadline_exceeded || context.cancelled.load());
}

// From leave to fill, over the store, to the kept record. The ticket must be taken before the store is asked.
Task<Result<CachedRecordPtr>> fetch(Records::State& state, const Context& context, const RecordKey& key,
                                    std::string_view text) {
  Cache& cache = state.parts.cache;
  const Cache::Ticket ticket = co_await cache.take_ticket(context, text);
  if (ticket.hit) co_return ticket.hit;
  const Source source = ticket.ticket == 0 ? Source::any : Source::primary;
  Result<Record> found = co_await state.parts.store.find(context, key, source);
  Result<CachedRecordPtr> record = cacheable(state, key, std::move(found));
  // Without a ticket nothing is kept, but what was read still pushes out what is older: a reader who comes after this
  // one never sees less.
  if (record) co_await cache.fill(context, text, ticket.ticket, *record);
  co_return record;
}

// Another instance may have acknowledged a change between the leader's beginning and this reader's.
bool came_too_late(const Records::State& state, const Landed& landed, SteadyTime arrived) {
  return landed.began < arrived && !state.parts.cache.hears_in_time();
}

Task<Result<CachedRecordPtr>> find_missed(Records::State& state, const Context& context, RecordKey key) {
  const std::string text = to_string(key);
  const SteadyTime arrived = context.clock.steady();
  while (!context.expired()) {
    Completion<Landing> arrival(context.executor);
    Flight flight(state.flights, text, context.position);
    const Flights::Role role = state.flights.board(flight, arrival);
    if (role == Flights::Role::refused)
      co_return fail(ErrorCode::overloaded, "Too many readers wait for the same record.");
    if (role == Flights::Role::follows) {
      state.followed.add();
      Landing landing = co_await arrival;
      if (!landing) continue;  // its leader gave up for a reason of its own
      if (landing->record && came_too_late(state, *landing, arrived)) continue;
      context.reached.fold(landing->reached);
      if (!landing->record) co_return fail(std::move(landing->record.error()));
      co_return answer(*key.collection, key.id, std::move(*landing->record));
    }
    const SteadyTime began = context.clock.steady();
    Result<CachedRecordPtr> record = co_await fetch(state, context, key, text);
    state.flights.land(flight, is_own_failure(context, record) ? Landing() : Landing({record, context.reached, began}));
    if (!record) co_return record;
    co_return answer(*key.collection, key.id, std::move(*record));
  }
  co_return fail(ErrorCode::deadline_exceeded, "The record was not read in time.");
}

// For a cache that does not answer at once.
Task<Result<CachedRecordPtr>> find_far(Records::State& state, const Context& context, RecordKey key) {
  const std::string text = to_string(key);
  CachedRecordPtr hit = co_await state.parts.cache.get(context, text);
  if (hit) co_return answer(*key.collection, key.id, std::move(hit));
  co_return co_await find_missed(state, context, std::move(key));
}

// A store has words of its own for what is not there, and they would tell it from what is hidden.
Result<CachedRecordPtr> encoded(const RecordKey& key, Result<Record> found) {
  if (found) return encode(*key.collection, *found);
  return fail(found.error().code == ErrorCode::not_found ? no_such_record(key) : std::move(found.error()));
}

Task<Result<CachedRecordPtr>> find_from_store(Records::State& state, const Context& context, RecordKey key) {
  co_return encoded(key, co_await state.parts.store.find(context, key, Source::any));
}

// No coroutine where the store answers at once. One that does not has not begun; it is asked again by a coroutine that
// keeps the key for as long as that takes.
Task<Result<CachedRecordPtr>> find_uncached(Records::State& state, const Context& context, RecordKey key) {
  {
    Task<Result<Record>> found = state.parts.store.find(context, key, Source::any);
    if (found.await_ready()) return encoded(key, found.await_resume());
  }
  return find_from_store(state, context, std::move(key));
}

}  // namespace

// No coroutine on the way to a hit.
Task<Result<CachedRecordPtr>> find_unguarded(Records::State& state, const Context& context,
                                             const Collection& collection, Value id) {
  const KeyText text(collection, id);
  if (text.empty()) return fail(no_such_record({&collection, std::move(id)}));
  if (!collection.cached || !state.options.cached)
    return find_uncached(state, context, RecordKey{&collection, std::move(id)});
  {
    Task<CachedRecordPtr> got = state.parts.cache.get(context, text.view());
    // One that has not begun is dropped: it would outlive the text.
    if (!got.await_ready()) return find_far(state, context, RecordKey{&collection, std::move(id)});
    if (CachedRecordPtr hit = got.await_resume()) return answer(collection, id, std::move(hit));
  }
  return find_missed(state, context, RecordKey{&collection, std::move(id)});
}

}  // namespace banyan::services
