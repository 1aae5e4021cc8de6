#include "banyan/fleet/local/service.hpp"

#include <algorithm>
#include <utility>

namespace banyan::fleet {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds pause_min{100};
constexpr milliseconds pause_max{10'000};
constexpr milliseconds look_again_after{1'000};
// Who has served that long is not in a loop of crashes.
constexpr milliseconds settled_after{30'000};

std::string how_it_ended(int code) {
  if (code > 128) return "was ended by signal " + std::to_string(code - 128);
  return "ended with code " + std::to_string(code);
}

}  // namespace

Service::Service(ServiceSetup setup, Report report)
    : setup_(std::move(setup)), report_(std::move(report)), pause_(pause_min) {}

Result<void> Service::start() {
  Result<ChildProcess> process = ChildProcess::start(setup_.child);
  if (!process) return fail(std::move(process.error()));
  process_ = std::move(*process);
  state_ = State::starting;
  next_look_ = {};
  return {};
}

void Service::begin_stop() {
  if (state_ == State::stopping) return;
  if (!running_process()) {
    state_ = State::stopped;
    return;
  }
  process_->send_signal(setup_.stop_signal);
  state_ = State::stopping;
  kill_at_ = Clock::now() + setup_.stop_within;
}

void Service::step(Clock::time_point now) {
  if (state_ == State::stopped) return;
  if (state_ == State::waiting) {
    if (now < start_again_at_) return;
    ++restarts_;
    if (const Result<void> started = start(); !started) ended(127, now);
    return;
  }
  if (const std::optional<int> code = process_->exit_code())
    ended(*code, now);
  else if (state_ == State::stopping)
    now < kill_at_ ? void() : kill();
  else
    look(now);
}

void Service::ended(int code, Clock::time_point now) {
  process_.reset();
  if (state_ == State::stopping) {
    state_ = State::stopped;
    return;
  }
  if (state_ == State::ready && now - ready_since_ > settled_after) pause_ = pause_min;
  report_(setup_.name + " " + how_it_ended(code) + " and is started again in " + std::to_string(pause_.count()) +
          " ms.");
  state_ = State::waiting;
  start_again_at_ = now + pause_;
  pause_ = std::min(pause_ * 2, pause_max);
}

void Service::look(Clock::time_point now) {
  if (now < next_look_) return;
  const bool serves = setup_.ready();
  if (serves && state_ != State::ready) {
    if (restarts_ > 0 || state_ == State::unready) report_(setup_.name + " is ready again.");
    ready_since_ = now;
    state_ = State::ready;
  } else if (!serves && state_ == State::ready) {
    report_(setup_.name + " is not ready.");
    state_ = State::unready;
  }
  if (state_ != State::starting) next_look_ = now + look_again_after;
}

void Service::kill() {
  process_.reset();
  state_ = State::stopped;
}

const char* to_string(Service::State state) noexcept {
  switch (state) {
    case Service::State::stopped: return "stopped";
    case Service::State::starting: return "starting";
    case Service::State::ready: return "ready";
    case Service::State::unready: return "not ready";
    case Service::State::waiting: return "crashed";
    case Service::State::stopping: return "stopping";
  }
  return "";
}

}  // namespace banyan::fleet
