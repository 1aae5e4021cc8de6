#include "banyan/services/surroundings.hpp"

#include <algorithm>

namespace banyan::services {
namespace {

/// Stores bound how many operands one filter has.
constexpr std::size_t gathered_at_once_max = 1'000;

}  // namespace

Surroundings::Surroundings(std::span<const Changed> changes) {
  for (const Changed& change : changes)
    known_[{change.key.collection->index, change.key.id}] = change.record ? &*change.record : nullptr;
}

void Surroundings::want(const Schema& schema, const Collection& collection, const Record& record, const Rule& rule) {
  for (const Rule::Hop& hop : rule.hops())
    want(schema.collections[collection.fields[hop.reference].reference_index], record.values[hop.reference]);
}

void Surroundings::want(const Collection& target, const Value& id) {
  if (!is_null(id) && !known_.contains({target.index, id})) wanted_[&target].insert(id);
}

const Record* Surroundings::find(const Collection& target, const Value& id) const {
  const auto found = known_.find({target.index, id});
  return found == known_.end() ? nullptr : found->second;
}

Task<Result<void>> Surroundings::gather(Records::State& state, const Context& context, Source source) {
  for (auto& [collection, ids] : wanted_) {
    const std::vector<Value> all(ids.begin(), ids.end());
    std::size_t at_once = gathered_at_once_max;
    for (std::size_t begin = 0; begin < all.size();) {
      const auto first = all.begin() + static_cast<std::ptrdiff_t>(begin);
      const auto count = std::min(at_once, all.size() - begin);
      Query query;
      query.collection = collection;
      query.limit = static_cast<std::uint32_t>(count);
      query.source = source;
      query.filter =
          Filter::compare(0, CompareOp::in, std::vector<Value>(first, first + static_cast<std::ptrdiff_t>(count)));
      Result<RecordPage> page = co_await state.parts.store.list(context, std::move(query));
      if (!page && page.error().code == ErrorCode::too_large && count > 1) {
        at_once = count / 2;
        continue;
      }
      if (!page) co_return fail(std::move(page.error()));
      begin += count;
      for (const Record& record : gathered_.emplace_back(std::move(page->records)))
        known_[{collection->index, record.values.front()}] = &record;
    }
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
