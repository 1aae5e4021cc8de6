#include "banyan/adapters/memory/record_store.hpp"

#include "banyan/adapters/memory/page_reader.hpp"

namespace banyan::memory {
namespace {

Error too_late() { return Error(ErrorCode::deadline_exceeded, "the time for this request ran out"); }

}  // namespace

RecordStore::RecordStore(const Schema& schema, const Clock& clock)
    : schema_(schema), clock_(clock), tables_(schema.collections.size()) {}

Task<Result<Record>> RecordStore::find(const Context& context, const RecordKey& key, Source) {
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
  return PageReader(tables_).read(query);
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
