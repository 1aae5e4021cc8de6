#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "banyan/adapters/memory/cache.hpp"
#include "banyan/adapters/redis/client_fixture.hpp"
#include "banyan/adapters/redis/shared_cache.hpp"
#include "tests/contracts/cache_contract.hpp"

namespace banyan::redis {

/// The row on which instances agree, in the memory of a test: what a database does with it is tested there.
/// Thread-safe.
class AgreementInMemory final : public CacheAgreement {
 public:
  /// All are of one server; which database of it.
  explicit AgreementInMemory(std::uint64_t database = 0) : database_(database) {}

  Task<Result<Reading>> read(const Context&, bool attended) override {
    const std::lock_guard lock(mutex_);
    if (attended) attended_at_ = std::max(attended_at_, now());
    return reading();
  }
  Task<Result<Reading>> change(const Context&, std::uint64_t view, bool on, std::string cache_id) override {
    const std::lock_guard lock(mutex_);
    if (use_.view == view) {
      use_ = CacheUse{.view = view + 1, .on = on, .cache_id = std::move(cache_id)};
      changed_at_ = attended_at_ = now();
    }
    return reading();
  }
  /// What a store says after a commit.
  CacheUse use() {
    const std::lock_guard lock(mutex_);
    return reading().use;
  }
  /// As if an instance that is not in the test reached the cache all the time: nobody switches it off then.
  void attend_always() {
    const std::lock_guard lock(mutex_);
    attended_at_ = now() + std::chrono::hours(1);
  }
  /// Another primary was promoted.
  void promote() {
    const std::lock_guard lock(mutex_);
    ++timeline_;
    new_timeline_ = true;
  }
  /// Some time has passed since.
  void grow_old() {
    const std::lock_guard lock(mutex_);
    new_timeline_ = false;
  }
  std::uint32_t timeline() {
    const std::lock_guard lock(mutex_);
    return timeline_;
  }

 private:
  static SteadyTime now() { return std::chrono::steady_clock::now(); }
  Reading reading() const {
    using std::chrono::milliseconds;
    Reading reading{.use = use_, .position = {}, .database = database_};
    reading.use.since = std::chrono::duration_cast<milliseconds>(now() - changed_at_);
    reading.use.unattended = std::max(std::chrono::duration_cast<milliseconds>(now() - attended_at_), milliseconds(0));
    reading.position.system = 7;
    reading.position.timeline = timeline_;
    reading.position.lsn = 1;
    reading.new_timeline = new_timeline_;
    return reading;
  }

  std::uint64_t database_;
  std::mutex mutex_;
  CacheUse use_;
  SteadyTime changed_at_ = now() - std::chrono::hours(1);
  SteadyTime attended_at_ = changed_at_;
  std::uint32_t timeline_ = 1;
  bool new_timeline_ = false;
};

/// For records whose versions are small numbers: it is 1970, so that all of them are fresh.
class EarlyClock final : public Clock {
 public:
  SteadyTime steady() const override { return std::chrono::steady_clock::now(); }
  UnixMicros wall() const override { return 0; }
};

/// Takes so much off the lifetime of every slot, as if it had passed.
inline void take_off_lifetimes(const testkit::RedisServer& redis, Duration by) {
  constexpr const char* script = R"(
for _, key in ipairs(redis.call('KEYS', 'b:*')) do
  local left = redis.call('PTTL', key) - tonumber(ARGV[1])
  if left > 0 then redis.call('PEXPIRE', key, left) else redis.call('DEL', key) end
end)";
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(by).count();
  redis.run({"EVAL", script, "0", std::to_string(millis)});
}

/// One instance's cache, and who asks it.
class CacheInstance {
 public:
  struct Wishes {
    std::string url;
    CacheAgreement* agreement = nullptr;
    bool own_copies = false;
    contracts::CacheWishes cache = {};
    std::chrono::milliseconds write_patience{20'000};
    std::chrono::milliseconds detached_patience{50};
    std::chrono::milliseconds ticket_patience{0};  ///< Readers do not wait for each other, unless a test is about that.
  };
  explicit CacheInstance(const Wishes& wishes) {
    SharedCache::Settings settings;
    settings.client.url = wishes.url;
    settings.ttl = wishes.cache.ttl;
    settings.negative_ttl = wishes.cache.negative_ttl;
    settings.ticket_lifetime = std::chrono::duration_cast<std::chrono::milliseconds>(wishes.cache.ticket_lifetime);
    settings.write_patience = wishes.write_patience;
    settings.detached_patience = wishes.detached_patience;
    settings.ticket_patience = wishes.ticket_patience;
    std::unique_ptr<Cache> own;
    if (wishes.own_copies) {
      const memory::Cache::Options options{.ticket_lifetime = SharedCache::own_ticket_lifetime};
      auto kept = std::make_unique<memory::Cache>(options, memory::Cache::Parts{clock_, seed_, metrics_});
      own_ = kept.get();
      own = std::move(kept);
    }
    auto made = SharedCache::make(std::move(settings),
                                  {.parts = {.clock = clock_, .log = log_, .metrics = metrics_, .random = random_},
                                   .schema = schema_,
                                   .agreement = wishes.agreement,
                                   .own = std::move(own),
                                   .changed = [this](std::string_view key) {
                                     const std::lock_guard lock(mutex_);
                                     changed_.emplace_back(key);
                                   }});
    cache_ = std::move(made.value());
    cache_->start();
  }
  ~CacheInstance() { cache_->stop(); }

  SharedCache& operator*() { return *cache_; }
  std::uint64_t own_hits() const { return own_->stats().hits; }
  std::uint64_t count(std::string_view name) { return metrics_.counter(name, "").value(); }

  /// A request of a client that has seen that much.
  std::unique_ptr<Context> request(const Position& position = {}) {
    return std::unique_ptr<Context>(new Context{.executor = executor_,
                                                .clock = clock_,
                                                .deadline = clock_.steady() + std::chrono::minutes(1),
                                                .viewer = {},
                                                .position = position});
  }
  /// The version that it answers, or nothing.
  std::optional<Version> get(std::string_view key, const Position& position = {}) {
    const auto context = request(position);
    const CachedRecordPtr hit = block_on(cache_->get(*context, key));
    return hit ? std::optional(hit->version) : std::nullopt;
  }
  Cache::Ticket take_ticket(std::string_view key) {
    const auto context = request();
    return block_on(cache_->take_ticket(*context, key));
  }
  Position fill(std::string_view key, FillTicket ticket, CachedRecordPtr value) {
    const auto context = request();
    block_on(cache_->fill(*context, key, ticket, std::move(value)));
    return context->reached;
  }
  void put(std::string_view key, CachedRecordPtr value) { fill(key, take_ticket(key).ticket, std::move(value)); }
  /// Where the writer's client is then; nothing where the write could not be made known.
  std::optional<Position> raise(std::string_view key, Version version, const std::optional<CacheUse>& use = {}) {
    const auto context = request();
    const Cache::Raise one{.key = key, .version = version, .value = contracts::record_at(version)};
    if (!block_on(cache_->raise(*context, std::span(&one, 1), use))) return std::nullopt;
    return context->reached;
  }
  bool hits(std::string_view key) { return get(key).has_value(); }
  bool has_heard_of(std::string_view key) {
    const std::lock_guard lock(mutex_);
    return std::ranges::find(changed_, key) != changed_.end();
  }

 private:
  EarlyClock clock_;
  SeededRandom seed_{1};
  SystemRandom random_;
  NullLog log_;
  UnseenMetrics metrics_;
  Schema schema_;
  InlineExecutor executor_;
  std::mutex mutex_;
  std::vector<std::string> changed_;
  memory::Cache* own_ = nullptr;
  std::unique_ptr<SharedCache> cache_;
};

}  // namespace banyan::redis
