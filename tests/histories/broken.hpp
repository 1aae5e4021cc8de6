#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "banyan/adapters/redis/script.hpp"
#include "banyan/core/record_store.hpp"
#include "banyan/core/through_cache.hpp"
#include "tests/histories/steps.hpp"

// Parts of the protocol with one ingredient taken away, under the names that the model has for it.
namespace banyan::histories {

/// The script with one part of its text replaced. Throws std::logic_error where it has no such part.
redis::Script altered(const redis::Script& script, std::string_view part, std::string_view by);

/// M_NOHELP: what a reader has from the database without a ticket, or from a list, it shows without a raise.
class Unhelpful final : public ThroughCache {
 public:
  using ThroughCache::ThroughCache;
  Task<void> fill(const Context& context, std::string_view key, FillTicket ticket, CachedRecordPtr value) override {
    if (ticket == 0) return {};
    return behind_.fill(context, key, ticket, std::move(value));
  }
  Task<void> show(const Context&, std::span<const Raise>) override { return {}; }
};

/// M_EARLYACK: the acknowledgement does not wait for the raise, which comes too late for whoever asks next.
class EarlyAcknowledgement final : public ThroughCache {
 public:
  using ThroughCache::ThroughCache;
  Task<Result<void>> raise(const Context&, std::span<const Raise>, const std::optional<CacheUse>&) override {
    return Result<void>();
  }
};

/// M_CUTACK: a raise that could not be made is none.
class UnconfirmedAcknowledgement final : public ThroughCache {
 public:
  using ThroughCache::ThroughCache;
  Task<Result<void>> raise(const Context& context, std::span<const Raise> keys,
                           const std::optional<CacheUse>& use) override {
    (void)co_await behind_.raise(context, keys, use);
    co_return Result<void>();
  }
};

/// M_NOWAIT: where the cache is off nobody waits until the last licence has run out.
class Hasty final : public ThroughCache {
 public:
  using ThroughCache::ThroughCache;
  Task<Result<void>> raise(const Context& context, std::span<const Raise> keys,
                           const std::optional<CacheUse>& use) override {
    if (use && !use->on) return Result<void>();
    return behind_.raise(context, keys, use);
  }
};

/// An agreement that can be kept from an instance.
class DistantAgreement final : public CacheAgreement {
 public:
  explicit DistantAgreement(CacheAgreement& behind, const std::atomic<bool>& away) : behind_(behind), away_(away) {}
  Task<Result<Reading>> read(const Context& context, bool attended) override {
    if (away_) return Result<Reading>(fail(ErrorCode::unavailable, "The database is away."));
    return behind_.read(context, attended);
  }
  Task<Result<Reading>> change(const Context& context, std::uint64_t view, bool on, std::string cache_id) override {
    if (away_) return Result<Reading>(fail(ErrorCode::unavailable, "The database is away."));
    return behind_.change(context, view, on, std::move(cache_id));
  }

 private:
  CacheAgreement& behind_;
  const std::atomic<bool>& away_;
};

/// M_REPFILL: whoever holds a ticket is answered by a replica that stands still.
class StandingReplica final : public RecordStore {
 public:
  explicit StandingReplica(RecordStore& behind) : behind_(behind) {}
  Task<Result<Record>> find(const Context& context, const RecordKey& key, Source source) override {
    {
      const std::lock_guard lock(mutex_);
      if (first_) co_return *first_;
    }
    Result<Record> found = co_await behind_.find(context, key, source);
    const std::lock_guard lock(mutex_);
    if (found) first_ = *found;
    co_return found;
  }
  Task<Result<RecordPage>> list(const Context& context, Query query) override {
    return behind_.list(context, std::move(query));
  }
  Task<Result<Applied>> apply(const Context& context, WriteBatch batch) override {
    return behind_.apply(context, std::move(batch));
  }
  std::optional<std::string> unready_reason() const override { return behind_.unready_reason(); }

 private:
  RecordStore& behind_;
  std::mutex mutex_;
  std::optional<Record> first_;
};

/// Own copies whose fills can be held up, and which (M_NOFLAG) may not mind what was heard meanwhile.
class HeldOwnCopies final : public ThroughCache {
 public:
  HeldOwnCopies(Cache& behind, Steps& steps, bool minds) : ThroughCache(behind), steps_(steps), minds_(minds) {}
  Task<void> fill(const Context& context, std::string_view key, FillTicket ticket, CachedRecordPtr value) override {
    co_await steps_.at(context.executor, Step::before_own_fill);
    if (!minds_) {
      (void)co_await behind_.clear(context);
      ticket = (co_await behind_.take_ticket(context, key)).ticket;
    }
    co_await behind_.fill(context, key, ticket, std::move(value));
  }

 private:
  Steps& steps_;
  bool minds_;
};

/// M_NOWM: copies are not compared with what the client has seen. M_NOFOLD: nor does it learn what it is shown.
class Forgetful final : public ThroughCache {
 public:
  enum class What : unsigned char { compares_nothing, folds_nothing };
  Forgetful(Cache& behind, What what) : ThroughCache(behind), what_(what) {}
  Task<CachedRecordPtr> get(const Context& context, std::string_view key) override {
    const Context other{.executor = context.executor,
                        .clock = context.clock,
                        .deadline = context.deadline,
                        .viewer = {},
                        .position = what_ == What::folds_nothing ? context.position : Position()};
    CachedRecordPtr got = co_await behind_.get(other, key);
    if (what_ != What::folds_nothing) context.reached.fold(other.reached);
    co_return got;
  }

 private:
  What what_;
};

}  // namespace banyan::histories
