#include "banyan/adapters/redis/own_copies.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "banyan/adapters/redis/cache_scripts.hpp"

namespace banyan::redis {
namespace {

constexpr std::size_t caches_max = 64;  // that tell of themselves on one server

}  // namespace

OwnCopies::OwnCopies(Cache* kept, const Clock& clock, Calls calls)
    : kept_(kept), calls_(std::move(calls)), context_{executor_, clock, SteadyTime::max()} {}

void OwnCopies::forget() {
  heard_until_.store(0, std::memory_order_release);
  number_ = 0;
  heard_.clear();
  if (kept_ != nullptr) (void)block_on(kept_->clear(context_));
}

void OwnCopies::subscribed(std::string run_id) {
  const std::lock_guard lock(mutex_);
  forget();
  latest_.clear();
  subscription_ = ++subscriptions_;
  run_id_ = std::move(run_id);
}

void OwnCopies::unsubscribed() {
  const std::lock_guard lock(mutex_);
  forget();
  subscription_ = 0;
}

std::uint64_t OwnCopies::subscription(std::string_view run_id) const {
  const std::lock_guard lock(mutex_);
  return run_id == run_id_ ? subscription_ : 0;
}

// What was heard before this, and after the sequence was asked, counts as heard: nothing was kept then.
void OwnCopies::start(std::uint64_t subscription, std::uint64_t number, std::uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  if (subscription == 0 || subscription != subscription_) return;
  forget();
  number_ = number;
  if (const auto latest = latest_.find(number); latest != latest_.end()) sequence = std::max(sequence, latest->second);
  sequence_.store(sequence, std::memory_order_release);
}

void OwnCopies::stop() {
  const std::lock_guard lock(mutex_);
  forget();
}

bool OwnCopies::streaming(std::uint64_t number) const {
  const std::lock_guard lock(mutex_);
  return number_ != 0 && number_ == number;
}

void OwnCopies::alive(SteadyTime at) {
  const std::lock_guard lock(mutex_);
  if (number_ != 0) heard_until_.store((at + silence_max).time_since_epoch().count(), std::memory_order_release);
}

void OwnCopies::take(std::string_view message) {
  constexpr std::size_t digits = 16;
  if (message.size() <= 3 * digits) return;
  const std::uint64_t number = from_hex16(message.substr(0, digits));
  const std::uint64_t sequence = from_hex16(message.substr(digits, digits));
  const Version version = from_hex16(message.substr(2 * digits, digits));
  const std::string_view key = message.substr(3 * digits);
  bool lost = false;
  {
    const std::lock_guard lock(mutex_);
    if (latest_.size() > caches_max) latest_.clear();
    latest_[number] = sequence;
    if (number != number_) return;
    const std::uint64_t known = sequence_.load(std::memory_order_relaxed);
    lost = sequence > known + 1;
    if (lost) forget();
    if (sequence == known + 1) {
      // "Absent" cannot say what it is newer than: whatever is kept goes.
      const Version floor = version == 0 ? std::numeric_limits<Version>::max() : version;
      const Cache::Raise one{.key = key, .version = floor, .value = nullptr};
      if (kept_ != nullptr) block_on(kept_->hear(context_, std::span(&one, 1)));
      // Of an outcome that is unknown nobody knows the version: what will be told of it is not known yet.
      if (version != std::numeric_limits<Version>::max()) heard_.note(key, version, sequence);
      sequence_.store(sequence, std::memory_order_release);
    }
  }
  calls_.changed(key);
  if (lost) calls_.lost();
}

void OwnCopies::raise(std::span<const Cache::Raise> keys) {
  if (kept_ != nullptr) block_on(kept_->hear(context_, keys));
}

}  // namespace banyan::redis
