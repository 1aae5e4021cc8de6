#include "banyan/adapters/redis/membership.hpp"

#include <algorithm>
#include <utility>

#include "banyan/base/numbers.hpp"

namespace banyan::redis {
namespace {

constexpr std::chrono::milliseconds beat_patience{1'000};

// Licences are measured by other clocks than the age of a change: so much apart they may run.
constexpr std::chrono::milliseconds clock_margin{100};

// What the database says of a change's age counts from before its commit, which may have waited: only what is left of
// an age far beyond any wait is believed. Where nothing has been read it is new.
std::chrono::milliseconds old_age_of(const CacheUse& use) {
  constexpr std::chrono::minutes longest_commit{5};
  return std::max(use.since - longest_commit, std::chrono::milliseconds(0));
}

}  // namespace

Command Attachment::call(const Script& script, const std::vector<std::string_view>& keys,
                         const std::vector<std::string_view>& arguments) const {
  Command command(Effect::write, script, keys, arguments);
  command.generation = generation;
  return command;
}

// Four digits tell more apart than a cluster has slots.
std::string tag_of(std::uint64_t system, std::uint64_t database) {
  const std::uint64_t both = system ^ database;
  const std::uint64_t folded = both ^ (both >> 16) ^ (both >> 32) ^ (both >> 48);
  return "{" + hex16(folded).substr(12) + "}";
}

Position Attachment::position(std::uint64_t sequence, std::uint64_t lsn) const {
  Position position;
  position.cache = number;
  position.raised = sequence;
  if (system == 0 || lsn == 0) return position;
  position.system = system;
  position.timeline = timeline;
  position.lsn = lsn;
  return position;
}

Membership::Membership(const Parts& parts, std::function<void()> renumbered)
    : parts_(parts), renumbered_(std::move(renumbered)), nobody_elses_(parts.random.next()) {
  parts_.client.follow("banyan:" + tag_of(0, 0));
}

Task<void> Membership::learn() { (void)co_await read(); }

Task<void> Membership::beat() {
  const SteadyTime sent = parts_.clock.steady();
  if (!co_await read()) co_return;
  forget_where_view_changed();
  co_await attach();
  co_await try_to_write();
  co_await decide(sent);
}

bool Membership::wants_beat() const {
  const std::optional<Connected> connected = parts_.client.connected();
  const std::lock_guard lock(mutex_);
  return doubted_ || renewal_wanted_ || !attachment_ || !connected || attachment_->generation != connected->generation;
}

Task<bool> Membership::read() {
  if (alone()) co_return true;
  const Context context{parts_.attendant, parts_.clock, parts_.clock.steady() + beat_patience};
  const AttachmentPtr attached = attachment();
  bool attends = false;
  {
    const std::lock_guard lock(mutex_);
    const std::optional<Connected> connected = parts_.client.connected();
    attends = attached && writable_ && note_ && note_->use.on && note_->use.cache_id == attached->run_id && connected &&
              connected->generation == attached->generation;
  }
  const SteadyTime asked_at = parts_.clock.steady();
  const Result<CacheAgreement::Reading> reading = co_await parts_.agreement->read(context, attends);
  if (!reading) co_return false;
  take(*reading, asked_at);
  co_return true;
}

void Membership::take(const CacheAgreement::Reading& reading, SteadyTime asked_at) {
  const SteadyTime now = parts_.clock.steady();
  const std::lock_guard lock(mutex_);
  const bool other = !note_ || note_->system != reading.position.system || note_->database != reading.database;
  const bool moved = note_ && (other || note_->timeline != reading.position.timeline);
  if (note_ && !moved && reading.use.view < note_->use.view) return;
  if (other) parts_.client.follow("banyan:" + tag_of(reading.position.system, reading.database));
  const bool may_have_moved = !note_ && reading.new_timeline;
  if (moved || may_have_moved) quiet_until_ = now + licence_lifetime + clock_margin;
  if (!note_ && reading.use.unattended <= licence_lifetime) renewal_wanted_ = false;
  const bool same_view = note_ && !moved && note_->use.view == reading.use.view;
  view_changed_ = view_changed_ || (note_ && !same_view);
  note_ = Note{.use = reading.use,
               .asked_at = asked_at,
               .at = now,
               .first_seen = same_view ? note_->first_seen : now - old_age_of(reading.use),
               .system = reading.position.system,
               .database = reading.database,
               .timeline = reading.position.timeline};
}

// Asks for the cache's number on the connection of now, where that is not known. False: there is none.
Task<bool> Membership::attach() {
  const std::optional<Connected> connected = parts_.client.connected();
  if (!connected) {
    note_detached(false);
    co_return false;
  }
  Attachment next;
  if (alone()) next.database = nobody_elses_;
  bool renewal = false;
  {
    const std::lock_guard lock(mutex_);
    if (note_) {
      next.system = note_->system;
      next.database = note_->database;
      next.timeline = note_->timeline;
    }
    // Its memory may be what another server had of it, and that may have been less.
    renewal = renewal_wanted_ || (attachment_ && attachment_->run_id != connected->run_id);
    const bool same = attachment_ && attachment_->generation == connected->generation &&
                      attachment_->system == next.system && attachment_->database == next.database &&
                      attachment_->timeline == next.timeline;
    if (same && !doubted_ && !renewal) co_return true;
    doubted_ = false;
    // Who wants one from here on wants another.
    renewal_wanted_ = false;
  }
  next.generation = connected->generation;
  next.run_id = connected->run_id;
  next.tag = tag_of(next.system, alone() ? 0 : next.database);
  const std::string name =
      next.run_id + ":" + hex16(next.system) + ":" + hex16(next.database) + ":" + std::to_string(next.timeline);
  next.control = "banyan:" + next.tag + ":" + name + ":control";
  const std::string fresh = hex16(parts_.random.next() | 1U);
  const Script& script = renewal ? parts_.scripts.renew : parts_.scripts.ensure;
  const Command command = next.call(script, {next.control}, {fresh});
  const Context context{parts_.attendant, parts_.clock, parts_.clock.steady() + beat_patience};
  const Result<resp::Reply> reply = co_await parts_.client.run(context, command);
  if (!reply || reply->text.size() != 32) {
    if (renewal) renew();
    note_detached(false);
    co_return false;
  }
  next.number_text = reply->text.substr(0, 16);
  next.number = from_hex16(next.number_text);
  adopt(std::make_shared<const Attachment>(std::move(next)));
  co_return true;
}

// Own copies do not outlive a time in which nobody had to be told of changes.
void Membership::forget_where_view_changed() {
  {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(view_changed_, false)) return;
    doubted_ = true;
  }
  renumbered_();
}

// A server may answer and take no writes: it is full, or somebody's replica by now, or a node that gives the keys away.
// Raises would fail there. Of what has been on its way to another node nothing is believed.
Task<void> Membership::try_to_write() {
  const AttachmentPtr attached = attachment();
  bool taken = false;
  bool moving = false;
  if (attached) {
    const std::string no_slot = attached->slot_of("");
    const Command command = attached->call(parts_.scripts.touch, {attached->control, no_slot}, {attached->number_text});
    const Context context{parts_.attendant, parts_.clock, parts_.clock.steady() + beat_patience};
    const Result<resp::Reply> reply = co_await parts_.client.run(context, command);
    taken = reply && !reply->is_nil();
    if (reply && reply->is_nil()) doubt();
    moving = !reply && (reply.error().reason == "ASK" || reply.error().reason == "TRYAGAIN");
  }
  bool moved_no_more = false;
  {
    const std::lock_guard lock(mutex_);
    if (moving) moving_ = true;
    writable_ = taken && !moving_;
    moved_no_more = taken && moving_;
    if (taken) moving_ = false;
  }
  if (moved_no_more) renew();
}

bool Membership::knows_timeline_of(const Position& reached) const {
  const std::lock_guard lock(mutex_);
  return reached.system == 0 || (note_ && note_->system == reached.system && note_->timeline == reached.timeline);
}

void Membership::adopt(AttachmentPtr attachment) {
  const bool renumbered = attachment->number != number();
  bool other_server = false;
  {
    const std::lock_guard lock(mutex_);
    other_server = attachment_ && attachment_->run_id != attachment->run_id;
    attachment_ = attachment;
  }
  if (other_server) end_licence();
  if (!renumbered) return;
  number_.store(0, std::memory_order_release);
  renumbered_();
  number_.store(attachment->number, std::memory_order_release);
}

Task<void> Membership::decide(SteadyTime sent) {
  const AttachmentPtr attached = attachment();
  bool connected = parts_.client.connected().has_value() && attached;
  {
    const std::lock_guard lock(mutex_);
    connected = connected && writable_;
  }
  if (alone()) {
    note_detached(connected);
    if (connected) license(sent);
    co_return;
  }
  const CacheUse use = known_use(std::nullopt);
  const bool mine = connected && attached->run_id == use.cache_id;
  note_detached(!use.on || mine);
  if (use.on && mine) co_return license(sent);
  end_licence();
  const std::optional<Duration> detached = detached_for();
  if (use.on && detached && *detached > unattended_max && use.unattended > unattended_max) {
    co_await switch_to(false);
  } else if (!use.on && connected && use.since > licence_lifetime + clock_margin) {
    co_await switch_to(true);
  }
}

// Switched on, the cache has a number that is younger than anything written while it was off.
Task<void> Membership::switch_to(bool on) {
  if (on) {
    renew();
    if (!co_await attach()) co_return;
  }
  const AttachmentPtr attached = attachment();
  const CacheUse use = known_use(std::nullopt);
  const std::string cache_id = on ? attached->run_id : use.cache_id;
  const Context context{parts_.attendant, parts_.clock, parts_.clock.steady() + beat_patience};
  const SteadyTime asked_at = parts_.clock.steady();
  const Result<CacheAgreement::Reading> reading = co_await parts_.agreement->change(context, use.view, on, cache_id);
  if (!reading) co_return;
  take(*reading, asked_at);
  if (reading->use.view != use.view + 1 || reading->use.on != on) co_return;
  if (on) {
    parts_.log.info("the shared cache is in use", {{"cache", cache_id}});
  } else {
    parts_.log.warning("no instance reaches the shared cache: reads go on without it", {{"cache", cache_id}});
  }
}

AttachmentPtr Membership::attachment() const {
  const std::lock_guard lock(mutex_);
  return attachment_;
}

void Membership::license(SteadyTime sent) {
  const std::lock_guard lock(mutex_);
  if (renewal_wanted_) return;
  licensed_until_.store((sent + licence_lifetime).time_since_epoch().count(), std::memory_order_release);
}

void Membership::end_licence() { licensed_until_.store(0, std::memory_order_release); }

void Membership::doubt() {
  const std::lock_guard lock(mutex_);
  doubted_ = true;
}

void Membership::renew() {
  const std::lock_guard lock(mutex_);
  renewal_wanted_ = true;
  end_licence();
}

// Others still serve hits by the old number for as long as their commands find it: none, once it is replaced.
Task<std::uint64_t> Membership::renew_now(const Context& context, const Attachment& attached) {
  const std::uint64_t number = parts_.random.next() | 1U;
  const std::string fresh = hex16(number);
  const Command command = attached.call(parts_.scripts.renew, {attached.control}, {fresh});
  const bool renewed = (co_await parts_.client.run(context, command)).has_value();
  co_return renewed ? number : 0;
}

bool Membership::out_of_use_after(SteadyTime time) const {
  const std::lock_guard lock(mutex_);
  return note_ && !note_->use.on && note_->asked_at >= time && note_->asked_at - note_->first_seen > licence_lifetime;
}

bool Membership::has_read_since(SteadyTime time) const {
  const std::lock_guard lock(mutex_);
  return note_ && note_->asked_at >= time;
}

CacheUse Membership::known_use(const std::optional<CacheUse>& use) const {
  const SteadyTime now = parts_.clock.steady();
  const std::lock_guard lock(mutex_);
  if (!note_ || (use && use->view > note_->use.view)) {
    CacheUse unseen = use.value_or(CacheUse());
    unseen.since = old_age_of(unseen);
    unseen.unattended = std::chrono::milliseconds(0);
    return unseen;
  }
  CacheUse known = note_->use;
  known.since = std::chrono::duration_cast<std::chrono::milliseconds>(now - note_->first_seen);
  known.unattended += std::chrono::duration_cast<std::chrono::milliseconds>(now - note_->at);
  return known;
}

bool Membership::attached_to(const CacheUse& use) const {
  const std::optional<Connected> connected = parts_.client.connected();
  const std::lock_guard lock(mutex_);
  return connected && attachment_ && attachment_->generation == connected->generation &&
         attachment_->run_id == use.cache_id;
}

void Membership::note_detached(bool attached) {
  const SteadyTime now = parts_.clock.steady();
  const std::lock_guard lock(mutex_);
  if (attached) {
    detached_since_.reset();
  } else if (!detached_since_) {
    detached_since_ = now;
  }
}

std::optional<Duration> Membership::detached_for() const {
  const SteadyTime now = parts_.clock.steady();
  const std::lock_guard lock(mutex_);
  if (!detached_since_) return std::nullopt;
  return now - *detached_since_;
}

bool Membership::others_attached() const { return known_use(std::nullopt).unattended < unattended_max; }

SteadyTime Membership::quiet_until() const {
  const std::lock_guard lock(mutex_);
  return quiet_until_;
}

}  // namespace banyan::redis
