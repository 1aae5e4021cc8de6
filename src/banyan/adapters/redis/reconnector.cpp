#include "banyan/adapters/redis/reconnector.hpp"

#include <algorithm>
#include <utility>

namespace banyan::redis {
namespace {

/// As error_from() has it.
constexpr auto moved_reason = "MOVED";
/// From node to node without a failure in between.
constexpr unsigned moves_max = 5;

}  // namespace

Reconnector::Reconnector(const Tools& tools, std::string purpose, Role role, Events events)
    : tools_(tools),
      purpose_(std::move(purpose)),
      role_(role),
      events_(std::move(events)),
      timer_(tools.parts.io),
      lost_at_(tools.parts.clock.steady()) {}

void Reconnector::connect() {
  was_ready_ = false;
  link_ = Link::open(tools_.parts, role_ == Role::leads ? tools_.parts.nodes.key() : "",
                     {.on_ready = [this](std::string run_id) { ready(std::move(run_id)); },
                      .on_reply = [this](resp::Reply reply) { events_.on_reply(std::move(reply)); },
                      .on_turn_end = [this] { events_.on_turn_end(); },
                      .on_end = [this](const Error& error) { ended(error); }});
}

void Reconnector::ready(std::string run_id) {
  was_ready_ = true;
  ready_at_ = tools_.parts.clock.steady();
  moves_ = 0;
  known_down_ = false;
  failure_.clear();
  told_to_go_.clear();
  if (connected_.generation > 0) tools_.reconnects.add();
  if (!std::exchange(told_, {}).empty())
    tools_.log.info("Redis can be reached again", {{"redis", place()}, {"connection", purpose_}, {"run_id", run_id}});
  connected_ = {.run_id = std::move(run_id), .generation = connected_.generation + 1};
  events_.on_ready(connected_);
}

void Reconnector::ended(const Error& error) {
  const bool was_ready = was_ready_;
  const SteadyTime now = tools_.parts.clock.steady();
  if (was_ready) lost_at_ = now;
  if (was_ready && now - ready_at_ >= tools_.parts.options.backoff_max) failures_ = 0;
  const bool told = go_where_told(error);
  if (!told) {
    moves_ = 0;
    failure_ = error.message;
    tell(error, was_ready);
    // One that was silent will hardly be back at once.
    if (!was_ready || error.reason == "silent") note_down();
    if (!was_ready && role_ == Role::leads && error.reason != moved_reason) tools_.parts.nodes.failed();
  }
  if (was_ready) events_.on_lost(error);
  if (closed_) return;
  timer_.expires_after(told && !was_ready ? Duration::zero() : wait_after_failure());
  timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled && !closed_) connect();
  });
}

// Whether it is the way to another node that ended it. Nodes that send it back and forth are a failure.
bool Reconnector::go_where_told(const Error& error) {
  if (error.reason != moved_reason || closed_) return false;
  if (role_ == Role::leads) {
    const std::optional<Address> node = moved_to(error.detail, link_->endpoint());
    if (!node) {
      tools_.parts.nodes.failed();
      return false;
    }
    tools_.parts.nodes.moved(*node);
    const std::string to = describe(tools_.parts.nodes.current());
    if (std::exchange(told_to_go_, to) != to)
      tools_.log.info("another node of the cluster of Redis has the keys", {{"redis", place()}, {"node", to}});
  }
  return moves_++ < moves_max;
}

void Reconnector::note_down() {
  if (!std::exchange(known_down_, true)) events_.on_known_down();
}

// The first attempt after a loss goes out at once, unless the last connection did not live long either.
Duration Reconnector::wait_after_failure() {
  if (failures_++ == 0 && was_ready_) return Duration::zero();
  const Options& options = tools_.parts.options;
  const unsigned doublings = std::min(failures_ - 1, 16U);
  const std::int64_t most =
      std::min<std::int64_t>(options.backoff_min.count() << doublings, options.backoff_max.count());
  const std::int64_t micros = std::max<std::int64_t>(most * 1'000, 2);
  return std::chrono::microseconds(
      micros / 2 + static_cast<std::int64_t>(tools_.random.below(static_cast<std::uint64_t>(micros / 2))));
}

void Reconnector::tell(const Error& error, bool was_ready) {
  const std::string said = error.message + " / " + error.detail;
  if (closed_ || (!was_ready && said == told_)) return;
  told_ = said;
  const char* what = was_ready ? "the connection to Redis is lost: " : "cannot connect to Redis: ";
  tools_.log.error(what + error.message,
                   {{"redis", place()}, {"connection", purpose_}, {"detail", error.detail}, {"hint", error.hint}});
}

void Reconnector::look_at_time(SteadyTime now, std::optional<SteadyTime> owed_since) {
  if (link_) link_->look_at_time(now, owed_since);
  if (role_ == Role::follows && link() != nullptr && !link_->endpoint().same_place(tools_.parts.nodes.current()))
    link_->close(Error(ErrorCode::unavailable, "the commands go to another node").with_reason(moved_reason));
  if (link() == nullptr && !closed_ && now - lost_at_ >= tools_.parts.options.reconnect_patience &&
      connected_.generation > 0)
    note_down();
}

void Reconnector::close(const Error& error) {
  if (std::exchange(closed_, true)) return;
  timer_.cancel();
  if (link_) link_->close(error);
}

}  // namespace banyan::redis
