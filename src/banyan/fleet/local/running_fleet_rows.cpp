#include <algorithm>
#include <utility>

#include "banyan/fleet/local/running_fleet.hpp"

// What is seen of a fleet that runs.
namespace banyan::fleet {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds measured_every{1};

}  // namespace

// Each instance looks at the replicas by itself: the one counts that sees them furthest behind.
void RunningFleet::measure(steady_clock::time_point now) {
  if (now < next_measure_) return;
  next_measure_ = now + measured_every;
  std::map<std::uint16_t, std::uint64_t> lags;
  for (Place& place : places_) {
    const std::optional<InstanceMetrics> metrics = ask(place);
    count_requests(place, metrics);
    if (!metrics) continue;
    for (const auto& [port, bytes] : metrics->lags_bytes) lags[port] = std::max(lags[port], bytes);
  }
  lags_bytes_ = std::move(lags);
}

std::optional<InstanceMetrics> RunningFleet::ask(const Place& place) const {
  if (!place.service || place.service->state() != Service::State::ready) return std::nullopt;
  return metrics_of(place.port, instance_plan_.service_key);
}

void RunningFleet::count_requests(Place& place, const std::optional<InstanceMetrics>& metrics) {
  if (!place.service || place.service->state() != Service::State::ready) {
    place.requests_per_second.reset();
    place.counted_at = {};
    return;
  }
  const auto now = steady_clock::now();
  if (!metrics) return;
  const std::uint64_t requests = metrics->requests;
  const bool again = place.counted_at != steady_clock::time_point() && requests >= place.requests;
  if (again)
    place.requests_per_second =
        static_cast<double>(requests - place.requests) / std::chrono::duration<double>(now - place.counted_at).count();
  place.requests = requests;
  place.counted_at = now;
}

FleetRow RunningFleet::row_of(const Service& service) const {
  FleetRow row;
  row.name = service.setup().name;
  row.what = service.setup().what;
  row.port = service.setup().port;
  row.pid = service.pid();
  row.health = to_string(service.state());
  row.restarts = service.restarts();
  row.output = service.setup().child.output;
  if (const auto lag = lags_bytes_.find(row.port); lag != lags_bytes_.end()) row.lag_bytes = lag->second;
  return row;
}

std::vector<FleetRow> RunningFleet::rows() const {
  std::vector<FleetRow> rows;
  if (balancer_service_) rows.push_back(row_of(*balancer_service_));
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const Place& place = places_[i];
    if (!place.service) continue;
    FleetRow row = row_of(*place.service);
    row.requests_per_second = place.requests_per_second;
    if (!open_[i] && place.service->state() == Service::State::ready) row.health = "draining";
    rows.push_back(std::move(row));
  }
  for (const std::unique_ptr<Service>& server : servers_) rows.push_back(row_of(*server));
  return rows;
}

}  // namespace banyan::fleet
