#include "banyan/services/surroundings.hpp"

namespace banyan::services {

Surroundings::Surroundings(std::span<const Changed> changes) {
  for (const Changed& change : changes)
    known_[{change.key.collection->index, change.key.id}] = change.record ? &*change.record : nullptr;
}

void Surroundings::want(const Schema& schema, const Collection& collection, const Record& record, const Rule& rule) {
  for (const Rule::Hop& hop : rule.hops()) {
    const Value& id = record.values[hop.reference];
    const std::size_t target = collection.fields[hop.reference].reference_index;
    if (!is_null(id) && !known_.contains({target, id})) wanted_[&schema.collections[target]].insert(id);
  }
}

Task<Result<void>> Surroundings::gather(Records::State& state, const Context& context) {
  for (auto& [collection, ids] : wanted_) {
    Query query;
    query.collection = collection;
    query.limit = static_cast<std::uint32_t>(ids.size());
    query.filter = Filter::compare(0, CompareOp::in, std::vector<Value>(ids.begin(), ids.end()));
    Result<RecordPage> page = co_await state.parts.store.list(context, std::move(query));
    if (!page) co_return fail(std::move(page.error()));
    for (const Record& record : gathered_.emplace_back(std::move(page->records)))
      known_[{collection->index, record.values.front()}] = &record;
  }
  wanted_.clear();
  co_return Result<void>();
}

std::vector<StoredRuleRecord::Related> Surroundings::around(const Collection& collection, const Record& record,
                                                            const Rule& rule) const {
  std::vector<StoredRuleRecord::Related> related;
  for (const Rule::Hop& hop : rule.hops()) {
    const auto found = known_.find({collection.fields[hop.reference].reference_index, record.values[hop.reference]});
    if (found != known_.end()) related.push_back({hop.reference, found->second});
  }
  return related;
}

}  // namespace banyan::services
