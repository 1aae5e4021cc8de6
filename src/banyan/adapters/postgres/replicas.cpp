#include "banyan/adapters/postgres/replicas.hpp"

#include <pthread.h>

#include <algorithm>
#include <boost/asio/post.hpp>

namespace banyan::postgres {
namespace {

/// Between two looks at what waits too long, and while a reader waits for a replica.
constexpr std::chrono::milliseconds tick_interval{50};
constexpr std::chrono::milliseconds waiting_tick_interval{2};
/// How long a reader waits for a replica. One in the same network replays a commit within a few milliseconds; what
/// takes longer is answered sooner by the primary, which reads a record in less than one.
constexpr std::chrono::milliseconds patience{50};
/// For which no reader waits for one that was waited for in vain.
constexpr std::chrono::seconds hopeless_for{1};
/// Delays that are told apart: looks are this far apart.
constexpr std::chrono::milliseconds alike{250};
/// For what is under way when the store stops.
constexpr std::chrono::seconds stop_patience{10};

Error not_as_far() { return Error(ErrorCode::unavailable, "no replica is as far as the reader"); }

const Position& wanted_by(const std::variant<FindRequest*, ListRequest*>& read) {
  return std::visit([](const auto* request) -> const Position& { return request->wanted; }, read);
}

bool expired(const std::variant<FindRequest*, ListRequest*>& read) {
  return std::visit([](const auto* request) { return request->context.expired(); }, read);
}

void refuse(const std::variant<FindRequest*, ListRequest*>& read) {
  std::visit([](auto* request) { request->deliver(fail(not_as_far())); }, read);
}

}  // namespace

Replicas::Replicas(const Options& options, const Parts& parts, std::optional<sql::DatabaseShape> shape)
    : options_(options),
      parts_(parts),
      work_(boost::asio::make_work_guard(io_)),
      timer_(io_),
      metrics_(parts.metrics),
      sources_(parts.metrics),
      shape_(std::move(shape)),
      dialect_(shape_ ? &*shape_ : nullptr),
      connector_(io_, options_, parts.log),
      primary_({io_, connector_, statements_, parts.clock, [] {}}, statements_, {.of = Measure::Of::primary},
               [this](const std::optional<Extent>& extent) { take_primary(extent); }),
      progress_(options.max_lag + options.max_lag / 10),
      inbox_(std::make_shared<TurnInbox<Read>>([this] { boost::asio::post(io_, [this] { drain(); }); })) {
  for (const std::string& url : options_.replicas) {
    const Replica::Parts its{io_, parts_, dialect_, metrics_, [this] { judge(); }};
    members_.push_back({.replica = std::make_unique<Replica>(its, options_, url)});
  }
}

Replicas::~Replicas() { stop(); }

void Replicas::start() {
  connector_.start();
  inbox_->open();
  boost::asio::post(io_, [this] {
    for (Member& member : members_) member.replica->start();
    tick();
  });
  thread_ = std::thread([this] { io_.run(); });
  pthread_setname_np(thread_.native_handle(), "banyan-replicas");
}

void Replicas::stop() {
  if (!thread_.joinable()) return;
  inbox_->close();
  boost::asio::post(io_, [this] {
    drain();
    stopping_ = true;
    stop_by_ = parts_.clock.steady() + stop_patience;
    if (idle()) close();
  });
  thread_.join();
  connector_.stop();
  for (Member& member : members_) member.replica->stop();
}

void Replicas::close() {
  if (!work_.owns_work()) return;
  work_.reset();
  timer_.cancel();
  for (const Waiting& waiting : std::exchange(waiting_, {})) refuse(waiting.read);
  primary_.close();
  for (Member& member : members_) member.replica->close(stopping_error());
}

bool Replicas::idle() const {
  return waiting_.empty() &&
         std::ranges::all_of(members_, [](const Member& member) { return !member.replica->load(); });
}

void Replicas::drain() {
  for (const Read read : inbox_->take()) route(read);
  for (Member& member : members_) member.replica->pump();
}

void Replicas::route(Read read) {
  const Position& wanted = wanted_by(read);
  if (Member* const member = best(wanted)) return give(read, *member);
  if (!worth_waiting(wanted) || waiting_.size() >= options_.queue_max) return refuse(read);
  waiting_.push_back({.read = read, .give_up_at = parts_.clock.steady() + patience});
  if (waiting_.size() > 1) return;
  for (Member& member : members_) member.replica->look();
  set_timer();
}

void Replicas::give(Read read, Member& member) {
  std::visit(
      [&](auto* request) {
        request->routed = true;
        member.replica->submit(*request);
      },
      read);
}

// The least behind; among those that are so alike, the one with the least to do, in turns.
Replicas::Member* Replicas::best(const Position& wanted) {
  Member* best = nullptr;
  const auto goes_before = [](const Member& a, const Member& b) {
    const auto a_steps = a.behind / alike;
    const auto b_steps = b.behind / alike;
    return a_steps != b_steps ? a_steps < b_steps : a.replica->load() < b.replica->load();
  };
  for (std::size_t i = 0; i < members_.size(); ++i) {
    Member& member = members_[(turn_ + i) % members_.size()];
    if (!member.standing || !covers(*member.standing, wanted)) continue;
    if (best == nullptr || goes_before(member, *best)) best = &member;
  }
  ++turn_;
  return best;
}

bool Replicas::worth_waiting(const Position& wanted) const {
  const SteadyTime now = parts_.clock.steady();
  return std::ranges::any_of(members_, [&](const Member& member) {
    if (!member.standing || member.behind > patience || now < member.hopeless_until) return false;
    return member.standing->system == wanted.system && member.standing->timeline == wanted.timeline;
  });
}

void Replicas::serve_waiting() {
  if (waiting_.empty()) return;
  std::erase_if(waiting_, [this](const Waiting& waiting) {
    Member* const member = best(wanted_by(waiting.read));
    if (member != nullptr) give(waiting.read, *member);
    return member != nullptr;
  });
  for (Member& member : members_) member.replica->pump();
}

void Replicas::give_up_waiting(SteadyTime now) {
  const auto is_over = [&](const Waiting& waiting) { return now >= waiting.give_up_at || expired(waiting.read); };
  std::erase_if(waiting_, [&](const Waiting& waiting) {
    if (!is_over(waiting)) return false;
    // Whose own time was over, or who went away, has not waited for long.
    if (now >= waiting.give_up_at) {
      const Position& wanted = wanted_by(waiting.read);
      for (Member& member : members_)
        if (!member.standing || !covers(*member.standing, wanted)) member.hopeless_until = now + hopeless_for;
    }
    refuse(waiting.read);
    return true;
  });
}

void Replicas::take_primary(const std::optional<Extent>& extent) {
  if (!extent) return;
  const bool same = extent->from.system == of_primary_.system && extent->from.timeline == of_primary_.timeline;
  if (!same) progress_.forget();
  of_primary_ = extent->from;
  progress_.note(parts_.clock.steady(), of_primary_.lsn);
  judge();
}

void Replicas::judge() {
  bool any = false;
  for (Member& member : members_) {
    judge(member);
    any = any || member.standing.has_value();
  }
  any_used_.store(any, std::memory_order_relaxed);
  serve_waiting();
}

void Replicas::judge(Member& member) {
  member.standing = member.replica->standing(of_primary_);
  std::string trouble;
  if (!member.standing) trouble = member.replica->trouble(of_primary_);
  if (member.standing) {
    ReplicaMetrics& shown = member.replica->metrics();
    member.behind = progress_.behind(member.standing->lsn);
    shown.set_lag(member.behind);
    shown.lag_bytes.set(static_cast<std::int64_t>(of_primary_.lsn - std::min(of_primary_.lsn, member.standing->lsn)));
    if (member.behind > options_.max_lag) {
      trouble = "it lags too much";
      member.standing.reset();
    }
  }
  member.replica->metrics().used.set(member.standing ? 1 : 0);
  tell(member, trouble);
}

void Replicas::tell(Member& member, const std::string& trouble) {
  if (trouble == member.trouble) return;
  if (trouble.empty())
    parts_.log.info("a replica is read from again", {{"replica", member.replica->name()}});
  else
    parts_.log.warning("a replica is not read from", {{"replica", member.replica->name()}, {"reason", trouble}});
  member.trouble = trouble;
}

void Replicas::tick() {
  const SteadyTime now = parts_.clock.steady();
  primary_.look_at_time(now);
  for (Member& member : members_) {
    member.replica->look_at_time(now);
    if (!waiting_.empty()) member.replica->look();
  }
  give_up_waiting(now);
  if (stopping_ && (idle() || now > stop_by_)) return close();
  set_timer();
}

void Replicas::set_timer() {
  timer_.expires_after(waiting_.empty() ? tick_interval : waiting_tick_interval);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) tick();
  });
}

}  // namespace banyan::postgres
