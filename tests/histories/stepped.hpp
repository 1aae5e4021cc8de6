#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "banyan/core/record_store.hpp"
#include "banyan/core/through_cache.hpp"
#include "tests/histories/steps.hpp"

namespace banyan::histories {

/// What was committed, by the request that did it, also where nobody was told. Thread-safe.
class Commits {
 public:
  void note(const std::string& request, Version version) {
    const std::lock_guard lock(mutex_);
    versions_[request] = version;
  }
  std::optional<Version> of(const std::string& request) {
    const std::lock_guard lock(mutex_);
    const auto found = versions_.extract(request);
    return found ? std::optional(found.mapped()) : std::nullopt;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, Version> versions_;
};

/// A store whose readers and writers come to the steps. Thread-safe.
class SteppedStore final : public RecordStore {
 public:
  SteppedStore(RecordStore& behind, Steps& steps, Commits& commits)
      : behind_(behind), steps_(steps), commits_(commits) {}

  Task<Result<Record>> find(const Context& context, const RecordKey& key, Source source) override {
    ++finds_;
    Result<Record> found = co_await behind_.find(context, key, source);
    co_await steps_.at(context.executor, Step::after_find);
    co_return found;
  }
  Task<Result<RecordPage>> list(const Context& context, Query query) override {
    return behind_.list(context, std::move(query));
  }
  Task<Result<Applied>> apply(const Context& context, WriteBatch batch) override {
    co_await steps_.at(context.executor, Step::before_commit);
    Result<Applied> applied = co_await behind_.apply(context, std::move(batch));
    if (!applied) co_return applied;
    commits_.note(context.request_id, applied->changes.front().version);
    co_await steps_.at(context.executor, Step::after_commit);
    co_return applied;
  }
  std::optional<std::string> unready_reason() const override { return behind_.unready_reason(); }

  std::uint64_t finds() const { return finds_; }

 private:
  RecordStore& behind_;
  Steps& steps_;
  Commits& commits_;
  std::atomic<std::uint64_t> finds_ = 0;
};

/// A cache whose readers and writers come to the steps. Thread-safe.
class SteppedCache final : public ThroughCache {
 public:
  SteppedCache(Cache& behind, Steps& steps) : ThroughCache(behind), steps_(steps) {}

  Task<Ticket> take_ticket(const Context& context, std::string_view key) override {
    co_await steps_.at(context.executor, Step::before_ticket);
    const Ticket ticket = co_await behind_.take_ticket(context, key);
    co_await steps_.at(context.executor, Step::after_ticket);
    co_return ticket;
  }
  Task<void> fill(const Context& context, std::string_view key, FillTicket ticket, CachedRecordPtr value) override {
    co_await behind_.fill(context, key, ticket, std::move(value));
    co_await steps_.at(context.executor, Step::after_fill);
  }
  Task<Result<void>> raise(const Context& context, std::span<const Raise> keys,
                           const std::optional<CacheUse>& use) override {
    if (dying_ || steps_.dies()) co_return fail(ErrorCode::unavailable, "The writer is dead.");
    Result<void> raised = co_await behind_.raise(context, keys, use);
    co_await steps_.at(context.executor, Step::after_raise);
    co_return raised;
  }

  /// From here on no change is made known, and so none is acknowledged.
  void die() { dying_ = true; }

 private:
  Steps& steps_;
  std::atomic<bool> dying_ = false;
};

}  // namespace banyan::histories
