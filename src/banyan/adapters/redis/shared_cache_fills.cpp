#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "banyan/adapters/redis/cache_payload.hpp"
#include "banyan/adapters/redis/shared_cache.hpp"
#include "banyan/base/numbers.hpp"

// What readers bring: tickets and fills.
namespace banyan::redis {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;

/// How long the transaction that made a version may still run, and how far clocks may be apart.
constexpr std::chrono::seconds version_margin{90};
constexpr std::string_view fresh_word = "fresh";
constexpr std::string_view old_word = "old";

}  // namespace

Task<Cache::Ticket> SharedCache::take_ticket(const Context& context, std::string_view key) {
  if (!may_hit(context)) return Ticket();
  return take_ticket_far(context, key);
}

Task<Cache::Ticket> SharedCache::take_ticket_far(const Context& context, std::string_view key) {
  const FillTicket ticket = tickets_.fetch_add(1) + 1;
  const std::string id = instance_ + hex16(ticket);
  const std::string lifetime = std::to_string(settings_.ticket_lifetime.count());
  const SteadyTime until = std::min(context.deadline, setting_.parts.clock.steady() + settings_.ticket_patience);
  milliseconds wait{2};
  Ticket answer;
  while (true) {
    // In this order: there must be a licence for that cache.
    const AttachmentPtr attached = membership_.attachment();
    if (!attached || !may_hit(context)) co_return answer;
    const std::string slot = attached->slot_of(key);
    Command command =
        attached->call(setting_.scripts.ticket, {attached->control, slot}, {attached->number_text, id, lifetime});
    command.deadline = soon(settings_.read_patience);
    const Result<resp::Reply> reply = co_await client_->run(context, command);
    if (!reply || reply->is_nil()) co_return answer;
    if (reply->kind == resp::Reply::Kind::string) {
      answer.hit = hit(context, *attached, key, reply->text);
      co_return answer;
    }
    if (reply->integer == 1) {
      answer.ticket = ticket;
      co_return answer;
    }
    if (setting_.parts.clock.steady() + wait > until) co_return answer;
    metrics_.waits.add();
    co_await attendant_.pause(context.executor, wait);
    wait = std::min(2 * wait, milliseconds(20));
  }
}

Version SharedCache::shown_from() const {
  const auto window = duration_cast<microseconds>(settings_.ttl + version_margin).count();
  return static_cast<Version>(std::max<UnixMicros>(setting_.parts.clock.wall() - window, 0));
}

// Whoever was shown what the cache could not be told of is kept from it for as long as it may hold anything older.
// Only what was committed before the cache was last known to be out of use is older than all that it may hold: that it
// was is heard late, and it may be in use again by now.
void SharedCache::hold(const Context& context, const CachedRecord& value) const {
  const UnixMicros wall = setting_.parts.clock.wall();
  const Version newest = value.absent() ? std::numeric_limits<Version>::max() : value.version;
  const auto made = static_cast<UnixMicros>(std::min(newest, static_cast<Version>(wall)));
  const SteadyTime committed = setting_.parts.clock.steady() - microseconds(wall - made) + version_margin;
  if (!membership_.alone() && membership_.out_of_use_after(committed)) return;
  const auto window = duration_cast<microseconds>(settings_.ttl + version_margin).count();
  context.reached.hold_until = std::max(context.reached.hold_until, made + window);
}

// A client that has seen another cache goes on in the one of now, once that has said how far it is: what the database
// has answered was at or past the client's position.
Task<void> SharedCache::fill(const Context& context, std::string_view key, FillTicket ticket, CachedRecordPtr value) {
  const bool fresh = value->absent() || value->version >= shown_from();
  const std::uint64_t number = membership_.number();
  const bool moves_on = context.position.cache != 0 && context.position.cache != number &&
                        membership_.licensed(setting_.parts.clock.steady());
  if (fresh || moves_on) return fill_far(context, key, ticket, std::move(value));
  if (ticket != 0 && !stopping_) detach(fill_behind(std::string(key), ticket, std::move(value), context.reached));
  return {};
}

Task<void> SharedCache::fill_far(const Context& context, std::string_view key, FillTicket ticket,
                                 CachedRecordPtr value) {
  const bool told = co_await run_fill(context, key, ticket, *value, context.reached) && in_use();
  if (!told && (value->absent() || value->version >= shown_from())) hold(context, *value);
}

// Nobody can have anything older than an old record, so nobody need wait until it is kept.
Task<void> SharedCache::fill_behind(std::string key, FillTicket ticket, CachedRecordPtr value, Position reached) {
  const Busy busy(behind_);
  co_await attendant_.pause(attendant_, milliseconds(0));
  const Context context{attendant_, setting_.parts.clock, setting_.parts.clock.steady() + behind_patience};
  (void)co_await run_fill(context, key, ticket, *value, reached);
}

Task<bool> SharedCache::run_fill(const Context& context, std::string_view key, FillTicket ticket,
                                 const CachedRecord& value, const Position& reached) {
  const AttachmentPtr attached = membership_.attachment();
  if (!attached || !fits(*attached, reached)) co_return false;
  const std::string slot = attached->slot_of(key);
  const std::string id = ticket == 0 ? std::string() : instance_ + hex16(ticket);
  const std::string version = hex16(value.version);
  const std::string position = hex16(attached->lsn_of(reached));
  const std::string lifetime = std::to_string(lifetime_of(value).count());
  const std::string payload = to_payload(value, encoding_for(key));
  const std::string_view age = value.absent() || value.version >= shown_from() ? fresh_word : old_word;
  Command command =
      attached->call(setting_.scripts.fill, {attached->control, slot},
                     {attached->number_text, id, version, position, lifetime, payload, raises_channel, key, age});
  command.deadline = soon(settings_.read_patience);
  const Result<resp::Reply> reply = co_await client_->run(context, command);
  if (!reply || reply->items.size() != 2) co_return false;
  (reply->items[1].integer == 1 ? metrics_.fills : metrics_.refused_fills).add();
  context.reached.fold_cache(attached->number, from_hex16(reply->items[0].text));
  co_return true;
}

}  // namespace banyan::redis
