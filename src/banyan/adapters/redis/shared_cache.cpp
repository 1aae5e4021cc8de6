#include "banyan/adapters/redis/shared_cache.hpp"

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

#include "banyan/adapters/redis/cache_payload.hpp"
#include "banyan/base/numbers.hpp"

namespace banyan::redis {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

constexpr milliseconds round_pause{20};  // between two heartbeats, at the least

// "V version sequence position payload".
constexpr std::size_t head = 1 + 3 * 16;

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
                          [this](const Connected& connection) {
                            own_.subscribed(connection.run_id);
                            attendant_.hurry();
                          },
                      .on_lost = [this] { own_.unsubscribed(); }});
}

SharedCache::~SharedCache() {
  stop();
  while (behind_.load() > 0) std::this_thread::sleep_for(milliseconds(1));
}

void SharedCache::start() {
  attending_ = true;
  attendant_.run([this] { detach(attend()); });
  attended_.get_future().wait();
}

void SharedCache::stop() {
  if (!stopping_.exchange(true)) {
    attendant_.stop();
    client_->stop();
  }
  // It asks the agreement, which may go as soon as this returns.
  while (attending_) std::this_thread::sleep_for(milliseconds(1));
}

Task<void> SharedCache::attend() {
  // The keys decide to which node of a cluster the client connects, and the database decides on the keys.
  co_await membership_.learn();
  client_->start();
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
    // Whoever is in a hurry is so again and again where nothing helps.
    co_await attendant_.pause(attendant_, round_pause);
    co_await attendant_.rest(stream_interval - round_pause);
  }
  attending_ = false;
}

// Starts the stream where it does not run, and shows that it does where it runs.
Task<void> SharedCache::keep_stream() {
  const AttachmentPtr attached = membership_.attachment();
  if (!attached) co_return;
  const Context context{attendant_, setting_.parts.clock, setting_.parts.clock.steady() + behind_patience};
  const std::uint64_t subscription = own_.subscription(attached->run_id);
  if (subscription != 0 && !own_.streaming(attached->number)) {
    Command command(Effect::read, {"GET", attached->control});
    command.generation = attached->generation;
    const Result<resp::Reply> reply = co_await client_->run(context, command);
    if (!reply || !reply->text.starts_with(attached->number_text)) co_return membership_.doubt();
    own_.start(subscription, attached->number, from_hex16(std::string_view(reply->text).substr(16)));
  }
  const std::string sent = hex16(static_cast<std::uint64_t>(setting_.parts.clock.steady().time_since_epoch().count()));
  const Command command =
      attached->call(setting_.scripts.tell, {attached->control}, {attached->number_text, alive_channel_, sent});
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
    if (kept.await_ready()) {
      if (CachedRecordPtr hit = kept.await_resume()) {
        if (hit->seen) context.reached.fold(*hit->seen);
        return hit;
      }
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

std::optional<std::string> SharedCache::unready_reason() const {
  if (membership_.alone() || !membership_.detached_for() || !membership_.others_attached()) return std::nullopt;
  return "the shared cache cannot be reached from here, and others reach it";
}

}  // namespace banyan::redis
