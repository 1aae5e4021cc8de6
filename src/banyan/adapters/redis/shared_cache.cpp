#include "banyan/adapters/redis/shared_cache.hpp"

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

#include "banyan/adapters/redis/cache_payload.hpp"

namespace banyan::redis {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr milliseconds tick{10};
constexpr milliseconds stream_interval{100};
/// How long the transaction that made a version may still run, and how far clocks may be apart.
constexpr std::chrono::seconds version_margin{90};
constexpr milliseconds behind_patience{2'000};
constexpr milliseconds raise_patience{1'000};
constexpr milliseconds clear_patience{200};
/// Within which the writer's own raise is heard, as a rule.
constexpr milliseconds hear_after{60};
constexpr std::string_view raises_channel = "banyan:raises";
constexpr std::string_view fresh_word = "fresh";
constexpr std::string_view old_word = "old";
/// The position of a client that wrote while no cache was in use: none that ever is.
constexpr std::uint64_t no_cache = 2;

// "V version sequence position payload".
constexpr std::size_t head = 1 + 3 * 16;

std::uint64_t lsn_for(const Attachment& attached, const Position& reached) {
  const bool same = reached.system == attached.system && reached.timeline == attached.timeline;
  return same ? reached.lsn : 0;
}

}  // namespace

Result<std::unique_ptr<SharedCache>> SharedCache::make(Settings settings, Setting setting) {
  auto client = Client::make(settings.client, setting.parts);
  if (!client) return std::unexpected(std::move(client.error()));
  return std::unique_ptr<SharedCache>(new SharedCache(std::move(settings), std::move(setting), std::move(*client)));
}

SharedCache::SharedCache(Settings settings, Setting setting, std::unique_ptr<Client> client)
    : settings_(std::move(settings)),
      setting_(std::move(setting)),
      metrics_(setting_.parts.metrics),
      instance_(hex16(setting_.parts.random.next())),
      alive_channel_("banyan:alive:" + instance_),
      client_(std::move(client)),
      membership_({.client = *client_,
                   .attendant = attendant_,
                   .agreement = setting_.agreement,
                   .scripts = setting_.scripts,
                   .clock = setting_.parts.clock,
                   .random = setting_.parts.random,
                   .log = setting_.parts.log},
                  [this] { own_.stop(); }),
      own_(setting_.own.get(), setting_.parts.clock,
           {.changed = [this](std::string_view key) { setting_.changed(key); },
            .lost = [this] { attendant_.hurry(); }}) {
  for (const Collection& collection : setting_.schema.collections)
    encodings_.emplace(collection.name, encoding_of(collection));
  client_->on_connection([this](const Connected&) { attendant_.hurry(); }, [this] { attendant_.hurry(); });
  client_->subscribe({.channels = {std::string(raises_channel), alive_channel_},
                      .on_message =
                          [this](std::string_view channel, std::string_view payload) {
                            if (channel == raises_channel) return own_.take(payload);
                            own_.alive(SteadyTime(Duration(static_cast<Duration::rep>(from_hex16(payload)))));
                          },
                      .on_subscribed =
                          [this](const Connected&) {
                            own_.subscribed();
                            attendant_.hurry();
                          },
                      .on_lost = [this] { own_.unsubscribed(); }});
}

SharedCache::~SharedCache() { stop(); }

void SharedCache::start() {
  client_->start();
  attendant_.run([this] { detach(attend()); });
  attended_.get_future().wait();
}

void SharedCache::stop() {
  if (stopping_.exchange(true)) return;
  attendant_.stop();
  client_->stop();
  while (behind_.load() > 0) std::this_thread::sleep_for(milliseconds(1));
}

Task<void> SharedCache::attend() {
  ++behind_;
  co_await membership_.beat();
  co_await membership_.beat();
  SteadyTime beaten = setting_.parts.clock.steady();
  attended_.set_value();
  while (!stopping_) {
    const SteadyTime now = setting_.parts.clock.steady();
    if (now - beaten >= Membership::beat_interval || membership_.wants_beat()) {
      beaten = now;
      co_await membership_.beat();
    }
    metrics_.in_use.set(membership_.licensed(setting_.parts.clock.steady()) ? 1 : 0);
    co_await keep_stream();
    co_await attendant_.pause(attendant_, stream_interval);
  }
  --behind_;
}

// Starts the stream where it does not run, and shows that it does where it runs.
Task<void> SharedCache::keep_stream() {
  const AttachmentPtr attached = membership_.attachment();
  if (!attached) co_return;
  const Context context{attendant_, setting_.parts.clock, setting_.parts.clock.steady() + behind_patience};
  const std::uint64_t subscription = own_.subscription();
  if (subscription != 0 && !own_.streaming(attached->number)) {
    Command command(Effect::read, {"GET", attached->control});
    command.generation = attached->generation;
    const Result<resp::Reply> reply = co_await client_->run(context, command);
    if (!reply || !reply->text.starts_with(attached->number_text)) co_return membership_.doubt();
    own_.start(subscription, attached->number, from_hex16(std::string_view(reply->text).substr(16)));
  }
  const std::string sent = hex16(static_cast<std::uint64_t>(setting_.parts.clock.steady().time_since_epoch().count()));
  const std::vector<std::string_view> keys{attached->control};
  const std::vector<std::string_view> arguments{attached->number_text, alive_channel_, sent};
  Command command(Effect::write, setting_.scripts.tell, keys, arguments);
  command.generation = attached->generation;
  const Result<resp::Reply> told = co_await client_->run(context, command);
  if (told && told->is_nil()) membership_.doubt();
}

std::uint64_t SharedCache::encoding_for(std::string_view key) const {
  const auto found = encodings_.find(key.substr(0, key.find(':')));
  return found == encodings_.end() ? 0 : found->second;
}

milliseconds SharedCache::lifetime_of(const CachedRecord& value) const {
  return duration_cast<milliseconds>(value.absent() ? settings_.negative_ttl : settings_.ttl);
}

bool SharedCache::may_hit(const Context& context) const {
  const Position& position = context.position;
  if (!membership_.licensed(setting_.parts.clock.steady())) return false;
  if (position.cache != 0 && position.cache != membership_.number()) return false;
  return position.hold_until == 0 || position.hold_until <= setting_.parts.clock.wall();
}

bool SharedCache::fits(const Attachment& attached, const Position& reached) const {
  return membership_.alone() || reached.system == 0 ||
         (reached.system == attached.system && reached.timeline == attached.timeline);
}

Task<CachedRecordPtr> SharedCache::get(const Context& context, std::string_view key) {
  if (!may_hit(context)) {
    metrics_.unlicensed.add();
    return CachedRecordPtr();
  }
  if (Cache* const own = own_.usable(context.position, setting_.parts.clock.steady())) {
    Task<CachedRecordPtr> kept = own->get(context, key);
    if (CachedRecordPtr hit = kept.await_resume()) {
      if (hit->seen) context.reached.fold(*hit->seen);
      return hit;
    }
  }
  return get_far(context, key);
}

Task<CachedRecordPtr> SharedCache::get_far(const Context& context, std::string_view key) {
  const AttachmentPtr attached = membership_.attachment();
  if (!attached) co_return nullptr;
  // Leave to keep an own copy comes before the question: what is raised in between is not buried under the answer.
  FillTicket ticket = 0;
  Cache* const own = own_.usable(Position(), setting_.parts.clock.steady());
  if (own != nullptr && own_.streaming(attached->number)) ticket = (co_await own->take_ticket(context, key)).ticket;
  const std::string slot = attached->slot_of(key);
  Command command(Effect::read, {"MGET", attached->control, slot});
  command.generation = attached->generation;
  command.deadline = soon(settings_.read_patience);
  const Result<resp::Reply> reply = co_await client_->run(context, command);
  if (!reply || reply->items.size() != 2) co_return nullptr;
  if (!reply->items[0].text.starts_with(attached->number_text)) {
    membership_.doubt();
    attendant_.hurry();
    co_return nullptr;
  }
  CachedRecordPtr found = hit(context, *attached, key, reply->items[1].text);
  if (!found) {
    metrics_.misses.add();
    co_return nullptr;
  }
  if (ticket != 0) co_await own->fill(context, key, ticket, found);
  co_return found;
}

// The licence must still hold when the answer is there: it was given after the question.
CachedRecordPtr SharedCache::hit(const Context& context, const Attachment& attached, std::string_view key,
                                 std::string_view slot) const {
  if (slot.size() < head || slot.front() != 'V' || !may_hit(context) || attached.number != membership_.number())
    return nullptr;
  auto record = from_payload(slot.substr(head), from_hex16(slot.substr(1, 16)), encoding_for(key));
  if (!record) return nullptr;
  const Position seen = attached.position(from_hex16(slot.substr(17, 16)), from_hex16(slot.substr(33, 16)));
  record->seen = std::make_shared<const Position>(seen);
  context.reached.fold(seen);
  metrics_.hits.add();
  return record;
}

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
    const AttachmentPtr attached = membership_.attachment();
    if (!attached) co_return answer;
    const std::string slot = attached->slot_of(key);
    const std::vector<std::string_view> keys{attached->control, slot};
    const std::vector<std::string_view> arguments{attached->number_text, id, lifetime};
    Command command(Effect::write, setting_.scripts.ticket, keys, arguments);
    command.generation = attached->generation;
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
void SharedCache::hold(const Context& context, const CachedRecord& value) const {
  const CacheUse use = membership_.known_use(std::nullopt);
  if (!membership_.alone() && !use.on && use.since > Membership::licence_lifetime) return;
  const auto window = duration_cast<microseconds>(settings_.ttl + version_margin).count();
  const UnixMicros from = value.absent() ? setting_.parts.clock.wall() : static_cast<UnixMicros>(value.version);
  context.reached.hold_until = std::max(context.reached.hold_until, from + window);
}

// What the database has answered, at or past the client's position, counts on from here in the cache of now.
Task<void> SharedCache::fill(const Context& context, std::string_view key, FillTicket ticket, CachedRecordPtr value) {
  const std::uint64_t number = membership_.number();
  if (number != 0 && context.position.cache != 0 && context.position.cache != number &&
      membership_.licensed(setting_.parts.clock.steady()))
    context.reached.fold_cache(number, 0);
  const bool fresh = value->absent() || value->version >= shown_from();
  if (fresh) return fill_far(context, key, ticket, std::move(value));
  if (ticket != 0 && !stopping_) detach(fill_behind(std::string(key), ticket, std::move(value), context.reached));
  return {};
}

Task<void> SharedCache::fill_far(const Context& context, std::string_view key, FillTicket ticket,
                                 CachedRecordPtr value) {
  if (!co_await run_fill(context, key, ticket, *value, context.reached)) hold(context, *value);
}

// Nobody can have anything older than an old record, so nobody need wait until it is kept.
Task<void> SharedCache::fill_behind(std::string key, FillTicket ticket, CachedRecordPtr value, Position reached) {
  ++behind_;
  {
    co_await attendant_.pause(attendant_, milliseconds(0));
    const Context context{attendant_, setting_.parts.clock, setting_.parts.clock.steady() + behind_patience};
    (void)co_await run_fill(context, key, ticket, *value, reached);
  }
  --behind_;
}

Task<bool> SharedCache::run_fill(const Context& context, std::string_view key, FillTicket ticket,
                                 const CachedRecord& value, const Position& reached) {
  const AttachmentPtr attached = membership_.attachment();
  if (!attached || !fits(*attached, reached)) co_return false;
  const std::string slot = attached->slot_of(key);
  const std::string id = ticket == 0 ? std::string() : instance_ + hex16(ticket);
  const std::string version = hex16(value.version);
  const std::string position = hex16(lsn_for(*attached, reached));
  const std::string lifetime = std::to_string(lifetime_of(value).count());
  const std::string payload = to_payload(value, encoding_for(key));
  const std::string_view age = value.absent() || value.version >= shown_from() ? fresh_word : old_word;
  const std::vector<std::string_view> keys{attached->control, slot};
  const std::vector<std::string_view> arguments{attached->number_text, id,  version, position, lifetime, payload,
                                                raises_channel,        key, age};
  Command command(Effect::write, setting_.scripts.fill, keys, arguments);
  command.generation = attached->generation;
  command.deadline = soon(settings_.read_patience);
  const Result<resp::Reply> reply = co_await client_->run(context, command);
  if (!reply || reply->items.size() != 2) co_return false;
  (reply->items[1].integer == 1 ? metrics_.fills : metrics_.refused_fills).add();
  context.reached.fold_cache(attached->number, from_hex16(reply->items[0].text));
  co_return true;
}

Task<SharedCache::Raised> SharedCache::run_raise(const Context& context, const Attachment& attached,
                                                 std::span<const Raise> keys, Telling telling) {
  struct Words {
    std::string slot, version, payload;
  };
  const std::string lifetime = std::to_string(duration_cast<milliseconds>(settings_.ttl).count());
  const std::string position = hex16(lsn_for(attached, context.reached));
  const SteadyTime deadline = soon(raise_patience);
  std::vector<Words> words;
  words.reserve(keys.size());
  std::vector<Command> commands;
  commands.reserve(keys.size());
  for (const Raise& one : keys) {
    const Words& own = words.emplace_back(attached.slot_of(one.key), hex16(one.version),
                                          one.value ? to_payload(*one.value, encoding_for(one.key)) : std::string());
    const std::vector<std::string_view> names{attached.control, own.slot};
    const std::vector<std::string_view> arguments{
        attached.number_text, own.version,    position, lifetime,
        own.payload,          raises_channel, one.key,  telling == Telling::always ? "always" : "changed"};
    Command& command = commands.emplace_back(Effect::write, setting_.scripts.raise, names, arguments);
    command.generation = attached.generation;
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

Task<Result<void>> SharedCache::before_write(const Context&) {
  if (membership_.alone() || !membership_.detached_for()) return Result<void>();
  if (membership_.others_attached())
    return fail(Error(ErrorCode::unavailable, "The cache that instances share cannot be reached from this one.")
                    .with_hint("Try again: another instance may answer.")
                    .with_reason("cache_unreachable"));
  return Result<void>();
}

Task<Result<void>> SharedCache::raise(const Context& context, std::span<const Raise> keys,
                                      const std::optional<CacheUse>& use) {
  if (membership_.alone()) return raise_alone(context, keys);
  return raise_agreed(context, keys, use);
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
  const CacheUse first = use ? *use : membership_.known_use(std::nullopt);
  const std::uint64_t view = first.view;
  const bool was_on = first.on;
  const SteadyTime began = setting_.parts.clock.steady();
  const SteadyTime until = std::min(context.deadline, began + settings_.write_patience);
  while (true) {
    CacheUse now = membership_.known_use(use);
    if (use && now.view == use->view)
      now.since = std::max(now.since, use->since + duration_cast<milliseconds>(setting_.parts.clock.steady() - began));
    const AttachmentPtr attached = membership_.attachment();
    const bool quiet = setting_.parts.clock.steady() >= membership_.quiet_until();
    // It was off since, and what was kept then is not believed any more.
    if (quiet && now.on && now.view > view + (was_on ? 1 : 0)) co_return Result<void>();
    if (quiet && !now.on && now.since > Membership::licence_lifetime + 2 * stream_interval) {
      context.reached.fold_cache(no_cache, 0);
      co_return Result<void>();
    }
    if (quiet && now.on && attached && membership_.attached_to(now) && fits(*attached, context.reached)) {
      const Raised raised = co_await run_raise(context, *attached, keys, Telling::always);
      if (raised.confirmed) {
        own_.raise(keys);
        context.reached.fold_cache(attached->number, raised.sequence);
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
  ++behind_;
  co_await attendant_.pause(attendant_, hear_after);
  {
    std::vector<Raise> raises;
    for (const auto& [key, version] : keys)
      if (!own_.heard().find(key, version)) raises.push_back({.key = key, .version = version, .value = nullptr});
    const AttachmentPtr attached = membership_.attachment();
    const Context context{attendant_, setting_.parts.clock, setting_.parts.clock.steady() + behind_patience};
    if (!raises.empty() && attached) (void)co_await run_raise(context, *attached, raises, Telling::changed);
  }
  --behind_;
}

Task<void> SharedCache::show(const Context& context, std::span<const Raise> keys) {
  const AttachmentPtr attached = membership_.attachment();
  std::vector<Raise> raises;
  std::uint64_t known = 0;
  for (const Raise& one : keys) {
    const std::optional<std::uint64_t> sequence = own_.heard().find(one.key, one.version);
    if (sequence && attached) {
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
  if (raised.confirmed) co_return context.reached.fold_cache(attached->number, raised.sequence);
  CachedRecord newest;
  for (const Raise& one : raises) newest.version = std::max(newest.version, one.version);
  hold(context, newest);
}

Task<void> SharedCache::clear(const Context& context) {
  own_.stop();
  (void)co_await membership_.renew_now(context);
  attendant_.hurry();
  // The next reader may keep something again.
  const SteadyTime until = std::min(context.deadline, soon(clear_patience));
  while (!stopping_ && !membership_.licensed(setting_.parts.clock.steady()) && setting_.parts.clock.steady() < until)
    co_await attendant_.pause(context.executor, milliseconds(1));
}

std::optional<std::string> SharedCache::unready_reason() const {
  if (membership_.alone() || !membership_.detached_for() || !membership_.others_attached()) return std::nullopt;
  return "the shared cache cannot be reached from here, and others reach it";
}

}  // namespace banyan::redis
