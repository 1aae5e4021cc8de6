#include "banyan/adapters/memory/staged_record_store.hpp"

#include <utility>

namespace banyan::memory {
namespace {

std::optional<Error> take_front(std::deque<Error>& errors) {
  if (errors.empty()) return std::nullopt;
  Error error = std::move(errors.front());
  errors.pop_front();
  return error;
}

}  // namespace

/// What one operation met when it began. It keeps the hooks, and with them the closures of their coroutines.
template <typename Hook>
struct StagedRecordStore::Entrance {
  std::shared_ptr<const Hook> before;
  std::shared_ptr<const Hook> after;
  std::optional<Error> failure;
};

template <typename Hook>
StagedRecordStore::Entrance<Hook> StagedRecordStore::enter(Stage<Hook>& stage) {
  const std::lock_guard lock(mutex_);
  ++stage.count;
  return {stage.before, stage.after, take_front(stage.failures)};
}

template <typename Hook>
void StagedRecordStore::set(std::shared_ptr<const Hook>& place, Hook hook) {
  auto shared = hook ? std::make_shared<const Hook>(std::move(hook)) : nullptr;
  const std::lock_guard lock(mutex_);
  place.swap(shared);
}

void StagedRecordStore::before_find(FindHook hook) { set(find_.before, std::move(hook)); }
void StagedRecordStore::after_find(FindHook hook) { set(find_.after, std::move(hook)); }
void StagedRecordStore::before_list(ListHook hook) { set(list_.before, std::move(hook)); }
void StagedRecordStore::after_list(ListHook hook) { set(list_.after, std::move(hook)); }
void StagedRecordStore::before_apply(ApplyHook hook) { set(apply_.before, std::move(hook)); }
void StagedRecordStore::after_apply(ApplyHook hook) { set(apply_.after, std::move(hook)); }

void StagedRecordStore::fail_next_find(Error error) {
  const std::lock_guard lock(mutex_);
  find_.failures.push_back(std::move(error));
}

void StagedRecordStore::fail_next_list(Error error) {
  const std::lock_guard lock(mutex_);
  list_.failures.push_back(std::move(error));
}

void StagedRecordStore::fail_next_apply(Error error) {
  const std::lock_guard lock(mutex_);
  apply_.failures.push_back(std::move(error));
}

void StagedRecordStore::lose_next_apply_answer(Error error) {
  const std::lock_guard lock(mutex_);
  lost_answers_.push_back(std::move(error));
}

void StagedRecordStore::set_unready_reason(std::optional<std::string> reason) {
  const std::lock_guard lock(mutex_);
  unready_reason_ = std::move(reason);
}

StagedRecordStore::Counts StagedRecordStore::counts() const {
  const std::lock_guard lock(mutex_);
  return {.finds = find_.count, .lists = list_.count, .applies = apply_.count};
}

Task<Result<Record>> StagedRecordStore::find(const Context& context, const RecordKey& key, Source source) {
  const RecordKey wanted = key;  // the caller's may be gone after a hook has waited
  Entrance<FindHook> entrance = enter(find_);
  if (entrance.before) co_await (*entrance.before)(context, wanted);
  if (entrance.failure) co_return fail(std::move(*entrance.failure));
  Result<Record> found = co_await inner_.find(context, wanted, source);
  if (entrance.after) co_await (*entrance.after)(context, wanted);
  co_return found;
}

Task<Result<RecordPage>> StagedRecordStore::list(const Context& context, Query query) {
  Entrance<ListHook> entrance = enter(list_);
  if (entrance.before) co_await (*entrance.before)(context, query);
  if (entrance.failure) co_return fail(std::move(*entrance.failure));
  Result<RecordPage> page = co_await inner_.list(context, query);
  if (entrance.after) co_await (*entrance.after)(context, query);
  co_return page;
}

Task<Result<Applied>> StagedRecordStore::apply(const Context& context, WriteBatch batch) {
  Entrance<ApplyHook> entrance = enter(apply_);
  if (entrance.before) co_await (*entrance.before)(context, batch);
  if (entrance.failure) co_return fail(std::move(*entrance.failure));
  Result<Applied> applied = co_await inner_.apply(context, batch);
  if (entrance.after) co_await (*entrance.after)(context, batch);
  std::optional<Error> lost;
  {
    const std::lock_guard lock(mutex_);
    lost = take_front(lost_answers_);
  }
  if (lost) co_return fail(std::move(*lost));
  co_return applied;
}

std::optional<std::string> StagedRecordStore::unready_reason() const {
  {
    const std::lock_guard lock(mutex_);
    if (unready_reason_) return unready_reason_;
  }
  return inner_.unready_reason();
}

}  // namespace banyan::memory
