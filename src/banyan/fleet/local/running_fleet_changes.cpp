#include <algorithm>
#include <utility>

#include "banyan/fleet/local/running_fleet.hpp"

// What is done to a fleet while requests go on.
namespace banyan::fleet {
namespace {

constexpr std::chrono::seconds opened_within{30};

}  // namespace

std::vector<std::size_t> RunningFleet::open_places() const {
  std::vector<std::size_t> places;
  for (std::size_t place = 0; place < open_.size(); ++place)
    if (open_[place]) places.push_back(place);
  return places;
}

Result<void> RunningFleet::scale(std::size_t instances, const Report& progress) {
  if (Result<void> possible = check_count(instances); !possible) return possible;
  while (this->instances() < instances)
    if (Result<void> added = add_instance(progress); !added) return added;
  while (this->instances() > instances)
    if (Result<void> removed = remove_instance(progress); !removed) return removed;
  progress("This fleet has " + std::to_string(instances) + (instances == 1 ? " instance." : " instances."));
  return {};
}

Result<void> RunningFleet::add_instance(const Report& progress) {
  const auto place = static_cast<std::size_t>(std::ranges::find(open_, false) - open_.begin());
  Result<void> started = start_instance(place);
  if (started) started = open(place, progress);
  // One that cannot serve is not left behind, half in the fleet.
  if (!started && !open_[place]) places_[place].service.reset();
  return started;
}

Result<void> RunningFleet::remove_instance(const Report& progress) {
  const std::size_t place = open_places().back();
  if (Result<void> closed = close(place, progress); !closed) return closed;
  const Result<void> stopped = stop_instance(place);
  if (stopped) places_[place].service.reset();
  return stopped;
}

Result<void> RunningFleet::open(std::size_t place, const Report& progress) {
  open_[place] = true;
  if (!balancer_) return {};
  Result<void> applied = balancer_->apply(open_);
  if (applied)
    applied = until([&] { return balancer_->opened(place); }, opened_within,
                    "the balancer does not take " + places_[place].service->setup().name + " in");
  if (applied) progress(places_[place].service->setup().name + " is ready and gets requests.");
  return applied;
}

// What is still on its way when the time is over is answered by the instance itself, which ends it before it ends.
Result<void> RunningFleet::close(std::size_t place, const Report& progress) {
  open_[place] = false;
  if (!balancer_) return {};
  if (Result<void> applied = balancer_->apply(open_); !applied) return open_[place] = true, applied;
  const std::string& name = places_[place].service->setup().name;
  const Result<void> drained = until([&] { return balancer_->drained(place); }, parts_.plan.config.fleet.drain,
                                     name + " does not get rid of its requests");
  if (!drained && stop_requested_) return drained;
  progress(name + (drained ? " has no requests any more." : " still has requests, and ends them by itself."));
  return {};
}

Result<void> RunningFleet::restart(const Report& progress) {
  const std::vector<std::size_t> places = open_places();
  if (places.empty())
    return fail(Error(ErrorCode::unavailable, "This fleet has no instance that gets requests.")
                    .with_hint("`banyan fleet scale` starts as many as there shall be."));
  const bool alone = places.size() == 1;
  const bool lonely = alone && balancer_ && check_count(2);
  if (!balancer_) progress("Without a balancer nobody answers while the instance restarts.");
  if (alone && balancer_ && !lonely)
    progress("What this instance keeps it cannot share with another: nobody answers while it restarts.");
  if (lonely)
    if (Result<void> added = add_instance(progress); !added) return added;
  for (const std::size_t place : places)
    if (Result<void> restarted = restart_instance(place, progress); !restarted) return restarted;
  if (lonely)
    if (Result<void> removed = remove_instance(progress); !removed) return removed;
  progress("All instances are restarted.");
  return {};
}

Result<void> RunningFleet::restart_instance(std::size_t place, const Report& progress) {
  if (Result<void> closed = close(place, progress); !closed) return closed;
  if (Result<void> stopped = stop_instance(place); !stopped) return stopped;
  Result<void> back = bring_back({place});
  if (back && balancer_) progress(places_[place].service->setup().name + " is ready and gets requests.");
  return back;
}

Result<void> RunningFleet::reset(const Report& progress) {
  const std::vector<std::size_t> places = open_places();
  const Result<void> emptied = empty(places);
  if (!emptied && stop_requested_) return emptied;
  const Result<void> back = bring_back(places);
  if (!emptied) return emptied;
  if (back) progress("The database and the cache are empty.");
  return back;
}

Result<void> RunningFleet::empty(const std::vector<std::size_t>& places) {
  open_.assign(open_.size(), false);
  // So that the balancer forgets that they were away.
  if (balancer_)
    if (Result<void> applied = balancer_->apply(open_); !applied) return applied;
  if (Result<void> stopped = stop_instances(places); !stopped) return stopped;
  return empty_servers();
}

// Those that do not start are opened too: they are started again and again, and serve when that has helped.
Result<void> RunningFleet::bring_back(const std::vector<std::size_t>& places) {
  Result<void> back;
  for (const std::size_t place : places) {
    if (places_[place].service->state() == Service::State::ready) continue;
    const Result<void> started = start_instance(place);
    if (back) back = started;
  }
  for (const std::size_t place : places) open_[place] = true;
  if (!balancer_) return back;
  if (Result<void> applied = balancer_->apply(open_); !applied || !back) return back ? applied : back;
  const auto opened = [&] {
    return std::ranges::all_of(places, [this](std::size_t place) { return balancer_->opened(place); });
  };
  return until(opened, opened_within, "the balancer does not take the instances in");
}

Result<void> RunningFleet::stop_instances(const std::vector<std::size_t>& places) {
  for (const std::size_t place : places) places_[place].service->begin_stop();
  for (const std::size_t place : places)
    if (Result<void> stopped = stop_instance(place); !stopped) return stopped;
  return {};
}

Result<void> RunningFleet::empty_servers() const {
  if (redis_)
    if (Result<void> cleared = redis_->clear(); !cleared) return cleared;
  if (postgres_) return postgres_->empty_database();
  const std::string file = urls_.database.substr(urls_.database.find(':') + 1);
  for (const char* part : {"", "-wal", "-shm", "-journal"}) {
    std::error_code error;
    std::filesystem::remove(file + part, error);
    if (error) return fail(ErrorCode::unavailable, file + part + " cannot be removed: " + error.message());
  }
  return {};
}

}  // namespace banyan::fleet
