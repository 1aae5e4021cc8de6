#include "banyan/adapters/postgres/watch.hpp"

namespace banyan::postgres {
namespace {

constexpr std::chrono::milliseconds look_interval{200};
/// How long a server may owe the answer: longer than it takes one that is busy, short enough that readers can be
/// answered by another.
constexpr std::chrono::milliseconds silence_max{1'000};

}  // namespace

Watch::Watch(SessionPool::Parts parts, Statements& statements, Measured measured, Told told)
    : clock_(parts.clock),
      statements_(statements),
      measured_(measured),
      told_(std::move(told)),
      pool_(parts, {.name = "positions"}, 1, [this] {
        if (!pool_.connected()) told_(std::nullopt);
        look();
      }) {}

void Watch::look() {
  if (asking_) return;
  if (std::shared_ptr<Session> session = pool_.take()) detach(ask(std::move(session)));
}

Task<void> Watch::ask(std::shared_ptr<Session> session) {
  asking_ = true;
  asked_at_ = clock_.steady();
  session->limit_statements(silence_max, silence_max);
  Measure measure = measured_.in(statements_);
  measure.begin(*session);
  measure.end(*session);
  auto results = co_await session->exchange(asked_at_ + silence_max);
  std::optional<Extent> extent;
  if (results) extent = measure.take(*session, *results);
  if (!extent) session->forget_statements();
  asking_ = false;
  pool_.give_back(session);
  told_(extent);
}

void Watch::look_at_time(SteadyTime now) {
  pool_.look_at_time(now);
  if (asked_at_ == SteadyTime::min() || now - asked_at_ >= look_interval) look();
}

}  // namespace banyan::postgres
