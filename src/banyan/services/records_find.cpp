#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "banyan/core/record_json.hpp"
#include "banyan/services/access.hpp"
#include "banyan/services/guard.hpp"
#include "banyan/services/key_text.hpp"
#include "banyan/services/page_mask.hpp"
#include "banyan/services/records_state.hpp"
#include "banyan/services/shown_rows.hpp"
#include "banyan/services/sight.hpp"

namespace banyan::services {
namespace {

constexpr int attempts_max = 3;

// What the viewer sees of a record that was found; a record that it may not read is one that is not there.
Result<CachedRecordPtr> seen(const Schema& schema, const Sight& sight, const Value& id, Result<CachedRecordPtr> found,
                             std::span<const RelatedRecord> related = {}) {
  if (!found) return found;
  const CachedRuleRecord record(schema, sight.collection(), **found, related);
  if (!sight.may_read(record)) return fail(no_such_record({&sight.collection(), id}));
  return sight.shown(std::move(*found), record);
}

Task<Result<CachedRecordPtr>> seen_later(const Schema& schema, const Context& context, const Collection& collection,
                                         Value id, Task<Result<CachedRecordPtr>> finding) {
  Result<CachedRecordPtr> found = co_await std::move(finding);
  const Sight sight(rule_inputs(context), collection);
  co_return seen(schema, sight, id, std::move(found));
}

// What the store lists, once the cache that instances share has been told of it.
Task<Result<RecordPage>> list_and_tell(Records::State& state, const Context& context, Query query) {
  const ShownRows shown(query);
  Result<RecordPage> page = co_await state.parts.store.list(context, std::move(query));
  if (!page) co_return page;
  std::vector<std::string> texts;
  const std::vector<Cache::Raise> rows = shown.since(state.parts.cache.shown_from(), *page, texts);
  if (!rows.empty()) co_await state.parts.cache.show(context, rows);
  co_return page;
}

// One record, and what its rule asks of others, as one statement sees them.
Task<Result<CachedRecordPtr>> find_by_statement(Records::State& state, const Context& context,
                                                const Collection& collection, Value id) {
  const RuleInputs inputs = rule_inputs(context);
  Query query;
  query.collection = &collection;
  query.filter = Filter::both(condition(inputs, collection, Action::read),
                              Filter::compare(0, CompareOp::eq, std::vector<Value>{id}));
  query.limit = 1;
  Result<RecordPage> page = co_await list_and_tell(state, context, std::move(query));
  if (!page) co_return fail(std::move(page.error()));
  if (page->records.empty()) {
    const RecordKey key(&collection, std::move(id));
    // It may be gone, and nobody may be shown it afterwards.
    if (collection.cached && state.options.cached)
      co_await state.parts.cache.fill(context, to_string(key), 0, state.absent);
    co_return fail(no_such_record(key));
  }
  const Record& record = page->records.front();
  const Sight sight(inputs, collection);
  co_return sight.shown(encode(collection, record), StoredRuleRecord(record));
}

Task<Result<std::vector<RelatedRecord>>> follow(Records::State& state, const Context& context,
                                                const Collection& collection, const CachedRecord& record,
                                                const Rule& rule) {
  const CachedRuleRecord from(state.parts.schema, collection, record);
  std::vector<RelatedRecord> related;
  for (const Rule::Hop& hop : rule.hops()) {
    const Collection& target = state.parts.schema.collections[collection.fields[hop.reference].reference_index];
    const Value& id = from.value(hop.reference);
    if (is_null(id)) continue;
    Result<CachedRecordPtr> found = co_await find_unguarded(state, context, target, id);
    if (!found && found.error().code != ErrorCode::not_found) co_return fail(std::move(found.error()));
    if (found) related.push_back({hop.reference, std::move(*found)});
  }
  co_return related;
}

// Whether the cache still holds the record at that version, so that it has not changed since it was read.
Task<bool> is_current(Records::State& state, const Context& context, const RecordKey& key, Version version) {
  const std::string text = to_string(key);
  const CachedRecordPtr hit = co_await state.parts.cache.get(context, text);
  co_return hit != nullptr && hit->version == version;
}

// A rule that follows references. What it finds behind them is read after the record, so the record must not have
// changed by then: else content from before a change could be shown by a permission from after it.
Task<Result<CachedRecordPtr>> find_across(Records::State& state, const Context& context, const Collection& collection,
                                          Value id) {
  const bool kept = collection.cached && state.options.cached;
  for (int attempt = 0; kept && attempt < attempts_max; ++attempt) {
    Result<CachedRecordPtr> found = co_await find_unguarded(state, context, collection, id);
    if (!found) co_return found;
    const Sight sight(rule_inputs(context), collection);
    if (sight.read_rule() == nullptr) co_return seen(state.parts.schema, sight, id, std::move(found));
    const Result<std::vector<RelatedRecord>> related =
        co_await follow(state, context, collection, **found, *sight.read_rule());
    if (!related) co_return fail(related.error());
    const RecordKey key(&collection, id);
    if (!co_await is_current(state, context, key, (*found)->version)) continue;
    co_return seen(state.parts.schema, sight, id, std::move(found), *related);
  }
  co_return co_await find_by_statement(state, context, collection, std::move(id));
}

Task<Result<RecordPage>> list_masked(Records::State& state, const Context& context, Query query, PageMask mask) {
  Result<RecordPage> page = co_await list_and_tell(state, context, std::move(query));
  if (page) mask.apply(*page);
  co_return page;
}

// A rule that holds for what the cache has needs no other question.
CachedRecordPtr find_kept(Records::State& state, const Context& context, const Collection& collection,
                          const Value& id) {
  const Policy& policy = collection.policy;
  const bool ruled = policy.access[static_cast<std::size_t>(Action::read)] == Access::rule;
  const Rule* const rule = policy.rule(Action::read);
  if (!ruled || rule == nullptr || !rule->hops().empty() || context.viewer.is_service()) return nullptr;
  if (!collection.cached || !state.options.cached) return nullptr;
  const KeyText text(collection, id);
  if (text.empty()) return nullptr;
  Task<CachedRecordPtr> got = state.parts.cache.get(context, text.view());
  if (!got.await_ready()) return nullptr;
  CachedRecordPtr hit = got.await_resume();
  if (!hit || hit->absent()) return nullptr;
  const RuleInputs inputs = rule_inputs(context);
  const CachedRuleRecord record(state.parts.schema, collection, *hit);
  if (!rule->allows(inputs, record)) return nullptr;
  if (!collection.has_field_rules) return hit;
  return Sight(inputs, collection, Policy::Verdict::depends).shown(std::move(hit), record);
}

}  // namespace

// No coroutine on the way to a hit, with a rule or without.
Task<Result<CachedRecordPtr>> find_for_viewer(Records::State& state, const Context& context,
                                              const Collection& collection, Value id) {
  if (CachedRecordPtr kept = find_kept(state, context, collection, id)) return kept;
  const RuleInputs inputs = rule_inputs(context);
  const Policy::Verdict verdict = collection.policy.decide(Action::read, inputs);
  if (verdict == Policy::Verdict::denied) return fail(denial(context, collection, Action::read));
  if (verdict == Policy::Verdict::allowed && (!collection.has_field_rules || context.viewer.is_service()))
    return find_unguarded(state, context, collection, std::move(id));
  const Sight sight(inputs, collection, verdict);
  if (sight.read_rule() != nullptr && !sight.read_rule()->hops().empty())
    return find_across(state, context, collection, std::move(id));
  Task<Result<CachedRecordPtr>> finding = find_unguarded(state, context, collection, id);
  if (finding.await_ready()) return seen(state.parts.schema, sight, id, finding.await_resume());
  return seen_later(state.parts.schema, context, collection, std::move(id), std::move(finding));
}

Task<Result<CachedRecordPtr>> Records::find(const Context& context, const Collection& collection, Value id) {
  return find_for_viewer(*state_, context, collection, std::move(id));
}

Task<Result<RecordPage>> Records::list(const Context& context, Query query) {
  if (auto refused = guard(context, state_->parts.schema, query)) return fail(std::move(*refused));
  PageMask mask(rule_inputs(context), query);
  const bool told = state_->options.cached && state_->parts.cache.shown_from() != std::numeric_limits<Version>::max();
  if (!mask.hides_anything() && !told) return state_->parts.store.list(context, std::move(query));
  return list_masked(*state_, context, std::move(query), std::move(mask));
}

}  // namespace banyan::services
