#include <algorithm>
#include <utility>
#include <vector>

#include "banyan/adapters/redis/cache_payload.hpp"
#include "banyan/adapters/redis/shared_cache.hpp"
#include "banyan/base/numbers.hpp"

// What has changed, and whom it must be made known to.
namespace banyan::redis {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

constexpr milliseconds tick{10};
constexpr milliseconds raise_patience{1'000};
constexpr milliseconds clear_patience{200};
constexpr std::size_t raised_together_max = 256;
/// Within which the writer's own raise is heard, as a rule.
constexpr milliseconds hear_after{60};
/// The position of a client that wrote while no cache was in use: none that ever is.
constexpr std::uint64_t no_cache = 2;

}  // namespace

// Many keys go in pieces, which leave others of the connection's queue their room.
Task<SharedCache::Raised> SharedCache::run_raise(const Context& context, const Attachment& attached,
                                                 std::span<const Raise> keys, Telling telling) {
  Raised all;
  all.confirmed = true;
  all.number = attached.number;
  while (!keys.empty() && all.confirmed) {
    const std::span<const Raise> piece = keys.first(std::min(keys.size(), raised_together_max));
    keys = keys.subspan(piece.size());
    const Raised raised = co_await run_raise_some(context, attached, piece, telling);
    all.confirmed = raised.confirmed;
    all.sequence = std::max(all.sequence, raised.sequence);
  }
  co_return all;
}

Task<SharedCache::Raised> SharedCache::run_raise_some(const Context& context, const Attachment& attached,
                                                      std::span<const Raise> keys, Telling telling) {
  struct Words {
    std::string slot, version, payload;
  };
  const std::string lifetime = std::to_string(duration_cast<milliseconds>(settings_.ttl).count());
  const std::string position = hex16(attached.lsn_of(context.reached));
  const SteadyTime deadline = soon(raise_patience);
  std::vector<Words> words;
  words.reserve(keys.size());
  std::vector<Command> commands;
  commands.reserve(keys.size());
  for (const Raise& one : keys) {
    const Words& own = words.emplace_back(attached.slot_of(one.key), hex16(one.version),
                                          one.value ? to_payload(*one.value, encoding_for(one.key)) : std::string());
    Command& command = commands.emplace_back(
        attached.call(setting_.scripts.raise, {attached.control, own.slot},
                      {attached.number_text, own.version, position, lifetime, own.payload, raises_channel, one.key,
                       telling == Telling::always ? "always" : "changed"}));
    command.deadline = deadline;
  }
  const std::vector<Result<resp::Reply>> replies = co_await client_->run_all(context, commands);
  Raised raised;
  raised.confirmed = true;
  for (const Result<resp::Reply>& reply : replies) {
    if (!reply || reply->is_nil()) raised.confirmed = false;
    if (reply) raised.sequence = std::max(raised.sequence, from_hex16(reply->text));
  }
  metrics_.raises.add(keys.size());
  if (!raised.confirmed) metrics_.repeated_raises.add();
  co_return raised;
}

// A heartbeat that was late, or a connection that is made again at once, is nobody's business.
Task<Result<void>> SharedCache::before_write(const Context& context) {
  if (membership_.alone()) co_return Result<void>();
  const SteadyTime until = std::min(context.deadline, setting_.parts.clock.steady() + settings_.detached_patience);
  while (membership_.detached_for() && membership_.others_attached()) {
    if (setting_.parts.clock.steady() + tick > until || stopping_)
      co_return fail(Error(ErrorCode::unavailable, "The cache that instances share cannot be reached from this one.")
                         .with_hint("Try again: another instance may answer.")
                         .with_reason("cache_unreachable"));
    co_await attendant_.pause(context.executor, tick);
  }
  co_return Result<void>();
}

Task<Result<void>> SharedCache::raise(const Context& context, std::span<const Raise> keys,
                                      const std::optional<CacheUse>& use) {
  if (membership_.alone()) return raise_alone(context, keys);
  return raise_agreed(context, keys, use);
}

// Who was not told after the commit whether the cache is in use goes by nothing that was asked before it, but for a
// licence: while it lasts, the cache that it is for cannot have gone out of use and another come into it.
Task<Result<void>> SharedCache::tell_agreed(const Context& context, std::optional<CacheUse> use, const Tell& tell) {
  const SteadyTime began = setting_.parts.clock.steady();
  const SteadyTime until = std::min(context.deadline, began + settings_.write_patience);
  if (!use && !membership_.licensed(began)) {
    membership_.doubt();
    attendant_.hurry();
  }
  while (true) {
    CacheUse now = membership_.known_use(use);
    if (use && now.view == use->view)
      now.since = std::max(now.since, duration_cast<milliseconds>(setting_.parts.clock.steady() - began));
    const AttachmentPtr attached = membership_.attachment();
    const bool quiet =
        setting_.parts.clock.steady() >= membership_.quiet_until() && membership_.knows_timeline_of(context.reached);
    const bool asked_since = use || membership_.has_read_since(began);
    // It was off since, and what was kept then is not believed any more.
    if (quiet && use && now.on && now.view > use->view + (use->on ? 1 : 0)) co_return Result<void>();
    if (quiet && asked_since && !now.on && now.since > Membership::licence_lifetime + 2 * stream_interval) {
      context.reached.fold_cache(no_cache, 0);
      co_return Result<void>();
    }
    if (quiet && now.on && attached && membership_.attached_to(now) && fits(*attached, context.reached)) {
      const Raised told = co_await tell(*attached);
      if (told.confirmed && (asked_since || membership_.licensed(setting_.parts.clock.steady()))) {
        context.reached.fold_cache(told.number, told.sequence);
        co_return Result<void>();
      }
      membership_.doubt();
      attendant_.hurry();
    }
    if (setting_.parts.clock.steady() + tick > until || stopping_)
      co_return fail(ErrorCode::unavailable, "The shared cache could not be told in time.");
    co_await attendant_.pause(context.executor, tick);
  }
}

// Whoever is alone may go on where it fails: nobody else serves hits, and it will not before there is a new number.
Task<Result<void>> SharedCache::raise_alone(const Context& context, std::span<const Raise> keys) {
  const AttachmentPtr attached = membership_.attachment();
  Raised raised;
  if (attached) raised = co_await run_raise(context, *attached, keys, Telling::always);
  own_.raise(keys);
  if (!raised.confirmed) {
    membership_.renew();
    own_.stop();
    attendant_.hurry();
  } else {
    context.reached.fold_cache(attached->number, raised.sequence);
  }
  co_return Result<void>();
}

Task<Result<void>> SharedCache::raise_agreed(const Context& context, std::span<const Raise> keys,
                                             std::optional<CacheUse> use) {
  const Tell tell = [&](const Attachment& attached) { return run_raise(context, attached, keys, Telling::always); };
  Result<void> told = co_await tell_agreed(context, std::move(use), tell);
  if (told) own_.raise(keys);
  co_return told;
}

Task<void> SharedCache::hear(const Context&, std::span<const Raise> keys) {
  own_.raise(keys);
  std::vector<std::pair<std::string, Version>> later;
  for (const Raise& one : keys)
    if (!own_.heard().find(one.key, one.version)) later.emplace_back(one.key, one.version);
  if (!later.empty() && !stopping_) detach(hear_later(std::move(later)));
  return {};
}

// Whoever wrote has raised the keys meanwhile, unless it was no instance, or one that died.
Task<void> SharedCache::hear_later(std::vector<std::pair<std::string, Version>> keys) {
  const Busy busy(behind_);
  co_await attendant_.pause(attendant_, hear_after);
  std::vector<Raise> raises;
  for (const auto& [key, version] : keys)
    if (!own_.heard().find(key, version)) raises.push_back({.key = key, .version = version, .value = nullptr});
  const AttachmentPtr attached = membership_.attachment();
  const Context context{attendant_, setting_.parts.clock, setting_.parts.clock.steady() + behind_patience};
  if (!raises.empty() && attached) (void)co_await run_raise(context, *attached, raises, Telling::changed);
}

Task<void> SharedCache::show(const Context& context, std::span<const Raise> keys) {
  const AttachmentPtr attached = membership_.attachment();
  std::vector<Raise> raises;
  std::uint64_t known = 0;
  for (const Raise& one : keys) {
    const std::optional<std::uint64_t> sequence = own_.heard().find(one.key, one.version);
    if (sequence && attached && in_use() && counts_in(*attached, context.position)) {
      known = std::max(known, *sequence);
    } else {
      raises.push_back(one);
    }
  }
  if (known != 0) context.reached.fold_cache(attached->number, known);
  if (raises.empty()) co_return;
  Raised raised;
  if (attached && fits(*attached, context.reached))
    raised = co_await run_raise(context, *attached, raises, Telling::always);
  if (raised.confirmed && in_use()) co_return context.reached.fold_cache(attached->number, raised.sequence);
  CachedRecord newest;
  for (const Raise& one : raises) newest.version = std::max(newest.version, one.version);
  hold(context, newest);
}

// Everybody serves hits by the old number for as long as their commands find it: none, once it is replaced.
Task<SharedCache::Raised> SharedCache::run_renewal(const Context& context, const Attachment& attached) {
  Raised renewed;
  renewed.number = co_await membership_.renew_now(context, attached);
  renewed.confirmed = renewed.number != 0;
  if (renewed.confirmed) own_.stop();
  co_return renewed;
}

Task<Result<void>> SharedCache::clear(const Context& context) {
  const Busy busy(behind_);
  const std::uint64_t before = membership_.number();
  Result<void> told;
  if (membership_.alone()) {
    membership_.renew();
    own_.stop();
  } else {
    const Tell tell = [&](const Attachment& attached) { return run_renewal(context, attached); };
    told = co_await tell_agreed(context, std::nullopt, tell);
    membership_.doubt();
  }
  attendant_.hurry();
  // The next reader may keep something again.
  const auto serves = [&] {
    return membership_.number() != before && membership_.licensed(setting_.parts.clock.steady());
  };
  const SteadyTime until = std::min(context.deadline, soon(clear_patience));
  while (told && !stopping_ && !serves() && setting_.parts.clock.steady() < until)
    co_await attendant_.pause(context.executor, milliseconds(1));
  co_return told;
}

}  // namespace banyan::redis
