#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "banyan/adapters/redis/heard.hpp"
#include "banyan/adapters/redis/membership.hpp"
#include "banyan/core/cache.hpp"

namespace banyan::redis {

/// What this instance keeps of the shared cache in its own memory, and how far it has heard of raises.
///
/// Raises come through one numbered stream. Whoever brings a position is answered from here only if all raises up to it
/// have been heard, and nobody is once the stream has been silent for `silence_max`. A gap, another number, or a stream
/// that broke: everything is forgotten, and nothing kept until the stream is known again.
/// Thread-safe.
class OwnCopies {
 public:
  static constexpr std::chrono::milliseconds silence_max{500};

  struct Calls {
    std::function<void(std::string_view key)> changed;  ///< Another instance, or this one, has raised the key.
    std::function<void()> lost;                         ///< The stream must be started again.
  };
  /// `kept` null: nothing is kept, and raises are only heard.
  OwnCopies(Cache* kept, const Clock& clock, Calls calls);

  Cache* usable(const Position& position, SteadyTime now) const noexcept {
    const bool heard = now.time_since_epoch().count() < heard_until_.load(std::memory_order_acquire);
    if (!heard || kept_ == nullptr || position.raised > sequence_.load(std::memory_order_acquire)) return nullptr;
    return kept_;
  }

  /// The subscription stands, at the server of that run id: nothing that is told there from here on is missed.
  void subscribed(std::string run_id);
  void unsubscribed();
  /// Which subscription stands at that server; 0: none. What another server of a cluster passes on may have gaps.
  std::uint64_t subscription(std::string_view run_id) const;
  /// What comes after the sequence, which was asked under that subscription, is the stream of that cache.
  void start(std::uint64_t subscription, std::uint64_t number, std::uint64_t sequence);
  /// Forgets what it keeps, until it is started.
  void stop();
  bool streaming(std::uint64_t number) const;

  /// "number sequence version key", as the scripts tell it; other caches' are left alone.
  void take(std::string_view message);
  /// The stream was alive at that time.
  void alive(SteadyTime at);

  const Heard& heard() const noexcept { return heard_; }
  /// Of keys that this instance has raised itself: at once, whatever the stream does.
  void raise(std::span<const Cache::Raise> keys);

 private:
  void forget();

  Cache* kept_;
  Calls calls_;
  InlineExecutor executor_;
  Context context_;
  Heard heard_;
  std::atomic<std::uint64_t> sequence_ = 0;
  std::atomic<SteadyTime::rep> heard_until_ = 0;

  mutable std::mutex mutex_;
  std::uint64_t subscriptions_ = 0;
  std::uint64_t subscription_ = 0;
  std::string run_id_;        ///< Of the server where it stands.
  std::uint64_t number_ = 0;  ///< 0: no stream.
  std::map<std::uint64_t, std::uint64_t>
      latest_;  ///< The last sequence of each cache, whether it was waited for or not.
};

}  // namespace banyan::redis
