#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "banyan/adapters/redis/attendant.hpp"
#include "banyan/adapters/redis/cache_scripts.hpp"
#include "banyan/adapters/redis/client.hpp"
#include "banyan/adapters/redis/membership.hpp"
#include "banyan/adapters/redis/own_copies.hpp"
#include "banyan/adapters/redis/shared_cache_metrics.hpp"
#include "banyan/core/cache.hpp"
#include "banyan/core/schema.hpp"

namespace banyan::redis {

/// The cache that instances share, in Redis, and beside it what each keeps in its own memory; the protocol and what it
/// promises: docs/consistency.
///
/// Use: start() before the first request; stop() before the agreement goes, and before the executors of requests that
/// are still under way, which it lets end; its destruction after those have ended, and before anything else that it was
/// built from goes. Where Redis cannot be reached it hits nothing, and writes wait until the instances have agreed to
/// go on without it.
class SharedCache final : public Cache {
 public:
  /// For tickets of an instance's own copies: one is on its way for as long as a reader waits for Redis, and a reader
  /// that finds nothing there leaves its ticket.
  static constexpr std::chrono::milliseconds own_ticket_lifetime{300};

  struct Settings {
    /// A server that is silent for longer than readers and writers can wait for is as good as dead.
    Options client{.silence_max = std::chrono::milliseconds(1'000), .ping_after = std::chrono::milliseconds(300)};
    Duration ttl = std::chrono::minutes(10);           ///< The bound for what nobody repairs.
    Duration negative_ttl = std::chrono::seconds(30);  ///< For "there is no such record".
    /// A reader slower than this does not fill.
    std::chrono::milliseconds ticket_lifetime{3'000};
    /// How long a reader waits for Redis before it asks the database.
    std::chrono::milliseconds read_patience{250};
    /// How long a reader waits for another's fill before it asks the database itself.
    std::chrono::milliseconds ticket_patience{250};
    /// How long a write waits for a cache that nobody has said to be out of use, at most.
    std::chrono::milliseconds write_patience{10'000};
    /// How long a write waits before it begins, at most, where this instance alone does not reach the cache.
    std::chrono::milliseconds detached_patience{1'000};
  };
  struct Setting {
    Parts parts;
    const Schema& schema;
    CacheAgreement* agreement;  ///< Null: no other instance uses the database.
    /// For this instance's own copies; null: it keeps none. Its get(), hear() and clear() answer at once, on the
    /// calling thread.
    std::unique_ptr<Cache> own;
    /// Told of every key that any instance has changed, on a thread of the cache.
    std::function<void(std::string_view key)> changed;
    CacheScripts scripts = {};  ///< The protocol's steps; only tests that break it on purpose give others.
  };

  /// Errors: those of Client::make().
  static Result<std::unique_ptr<SharedCache>> make(Settings settings, Setting setting);
  ~SharedCache() override;

  /// Returns when the cache is in use, or cannot be for now.
  void start();
  void stop();

  Task<CachedRecordPtr> get(const Context& context, std::string_view key) override;
  Task<Ticket> take_ticket(const Context& context, std::string_view key) override;
  Task<void> fill(const Context& context, std::string_view key, FillTicket ticket, CachedRecordPtr value) override;
  Task<Result<void>> before_write(const Context& context) override;
  Task<Result<void>> raise(const Context& context, std::span<const Raise> keys,
                           const std::optional<CacheUse>& use) override;
  Task<void> hear(const Context& context, std::span<const Raise> keys) override;
  Task<void> show(const Context& context, std::span<const Raise> keys) override;
  Version shown_from() const override;
  bool hears_in_time() const override { return membership_.alone(); }
  Task<Result<void>> clear(const Context& context) override;
  std::optional<std::string> unready_reason() const override;

 private:
  static constexpr std::string_view raises_channel = "banyan:raises";
  static constexpr std::chrono::milliseconds stream_interval{100};
  static constexpr std::chrono::milliseconds behind_patience{2'000};

  enum class Telling : unsigned char { always, changed };
  struct Raised {
    bool confirmed = false;
    std::uint64_t number = 0;  ///< Of the cache that the sequence counts in.
    std::uint64_t sequence = 0;
  };
  using Tell = std::function<Task<Raised>(const Attachment& attached)>;
  /// While it lives, the cache does.
  class Busy {
   public:
    explicit Busy(std::atomic<int>& behind) : behind_(behind) { ++behind_; }
    ~Busy() { --behind_; }
    Busy(const Busy&) = delete;
    Busy& operator=(const Busy&) = delete;

   private:
    std::atomic<int>& behind_;
  };

  SharedCache(Settings settings, Setting setting, std::unique_ptr<Client> client);

  bool may_hit(const Context& context) const;
  /// Whether what the cache at hand has been told is told to all who serve hits: others may serve those of another.
  bool in_use() const { return membership_.alone() || membership_.licensed(setting_.parts.clock.steady()); }
  Task<CachedRecordPtr> get_far(const Context& context, std::string_view key);
  CachedRecordPtr hit(const Context& context, const Attachment& attached, std::string_view key,
                      std::string_view slot) const;
  Task<Ticket> take_ticket_far(const Context& context, std::string_view key);
  Task<void> fill_far(const Context& context, std::string_view key, FillTicket ticket, CachedRecordPtr value);
  Task<void> fill_behind(std::string key, FillTicket ticket, CachedRecordPtr value, Position reached);
  Task<bool> run_fill(const Context& context, std::string_view key, FillTicket ticket, const CachedRecord& value,
                      const Position& reached);
  Task<Raised> run_raise(const Context& context, const Attachment& attached, std::span<const Raise> keys,
                         Telling telling);
  Task<Raised> run_raise_some(const Context& context, const Attachment& attached, std::span<const Raise> keys,
                              Telling telling);
  Task<Result<void>> raise_alone(const Context& context, std::span<const Raise> keys);
  Task<Result<void>> raise_agreed(const Context& context, std::span<const Raise> keys, std::optional<CacheUse> use);
  Task<Raised> run_renewal(const Context& context, const Attachment& attached);
  Task<Result<void>> tell_agreed(const Context& context, std::optional<CacheUse> use, const Tell& tell);
  Task<void> hear_later(std::vector<std::pair<std::string, Version>> keys);
  Task<void> attend();
  Task<void> keep_stream();
  void hold(const Context& context, const CachedRecord& value) const;
  SteadyTime soon(std::chrono::milliseconds patience) const { return setting_.parts.clock.steady() + patience; }
  std::uint64_t encoding_for(std::string_view key) const;
  std::chrono::milliseconds lifetime_of(const CachedRecord& value) const;
  bool fits(const Attachment& attached, const Position& reached) const;
  static bool counts_in(const Attachment& attached, const Position& position) noexcept {
    return position.cache == 0 || position.cache == attached.number;
  }

  Settings settings_;
  Setting setting_;
  std::unordered_map<std::string_view, std::uint64_t> encodings_;  ///< By the collection's name.
  SharedCacheMetrics metrics_;
  std::string instance_;  ///< Unique for ever: the beginning of its tickets.
  std::string alive_channel_;
  std::atomic<FillTicket> tickets_ = 0;
  std::unique_ptr<Client> client_;
  Attendant attendant_;
  Membership membership_;
  OwnCopies own_;
  std::promise<void> attended_;  ///< Two heartbeats have been: one knows, the next one agrees.
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> attending_ = false;
  std::atomic<int> behind_ = 0;  ///< Work that nobody waits for.
};

}  // namespace banyan::redis
