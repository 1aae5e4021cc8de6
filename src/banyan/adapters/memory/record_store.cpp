#include "banyan/adapters/memory/record_store.hpp"

#include <algorithm>
#include <utility>

namespace banyan::memory {
namespace {

Error too_late() { return Error(ErrorCode::deadline_exceeded, "the time for this request ran out"); }

int compare_by(const OrderTerm& term, const Value& a, const Value& b) noexcept {
  if (is_null(a) || is_null(b)) {
    if (is_null(a) && is_null(b)) return 0;
    return is_null(a) == term.nulls_first ? -1 : 1;
  }
  const int order = compare_values(a, b);
  return term.descending ? -order : order;
}

/// Whether `a` comes before `b`: by the terms, then by the id.
bool comes_before(const std::vector<OrderTerm>& terms, const Record& a, const Record& b) noexcept {
  for (const OrderTerm& term : terms) {
    const int order = compare_by(term, a.values[term.field.field], b.values[term.field.field]);
    if (order != 0) return order < 0;
  }
  return compare_values(a.values.front(), b.values.front()) < 0;
}

}  // namespace

RecordStore::RecordStore(const Schema& schema, const Clock& clock)
    : schema_(schema), clock_(clock), tables_(schema.collections.size()) {}

Task<Result<Record>> RecordStore::find(const Context& context, const RecordKey& key) {
  if (context.expired()) return Result<Record>(fail(too_late()));
  const std::lock_guard lock(mutex_);
  const auto& records = tables_[key.collection->index].records;
  const auto found = records.find(key.id);
  if (found == records.end()) return Result<Record>(fail(no_such_record(key)));
  return Result<Record>(found->second);
}

Task<Result<RecordPage>> RecordStore::list(const Context& context, Query query) {
  if (context.expired()) return Result<RecordPage>(fail(too_late()));
  const std::lock_guard lock(mutex_);
  std::vector<const Record*> found;
  for (const auto& [id, record] : tables_[query.collection->index].records) {
    if (matches(query.filter, record)) found.push_back(&record);
  }
  std::ranges::sort(found, [&](const Record* a, const Record* b) { return comes_before(query.order, *a, *b); });
  RecordPage page;
  const std::size_t begin = std::min<std::uint64_t>(query.offset, found.size());
  const std::size_t count = std::min<std::size_t>(query.limit, found.size() - begin);
  for (std::size_t i = begin; i < begin + count; ++i) page.records.push_back(*found[i]);
  return Result<RecordPage>(std::move(page));
}

Task<Result<Applied>> RecordStore::apply(const Context& context, WriteBatch batch) {
  if (context.expired()) return Result<Applied>(fail(too_late()));
  const std::lock_guard lock(mutex_);
  BatchRun run(schema_, tables_, clock_.wall());
  return run.run(batch);
}

std::int64_t RecordStore::last_id(const Collection& collection) {
  const std::lock_guard lock(mutex_);
  return tables_[collection.index].last_id;
}

}  // namespace banyan::memory
