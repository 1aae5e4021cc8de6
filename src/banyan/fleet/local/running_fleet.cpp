#include "banyan/fleet/local/running_fleet.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "banyan/config/fleet_check.hpp"
#include "banyan/fleet/local/haproxy_balancer.hpp"
#include "banyan/fleet/local/kept_folder.hpp"
#include "banyan/fleet/local/loopback.hpp"
#include "banyan/fleet/local/nginx_balancer.hpp"

namespace banyan::fleet {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr milliseconds look_again_after{5};
constexpr seconds ready_within{60};
constexpr milliseconds asked_within{1'000};

bool serves(std::uint16_t port) {
  const auto answer = http_get(port, "/health", asked_within);
  return answer && answer->status == 200;
}

Error not_started(const Service& service) {
  return Error(ErrorCode::unavailable, service.setup().name + " does not start.").with_detail(service.output());
}

}  // namespace

RunningFleet::RunningFleet(Parts parts) : parts_(std::move(parts)), ports_(parts_.random) {}

RunningFleet::~RunningFleet() { stop(); }

Result<void> RunningFleet::start() {
  if (parts_.plan.port == 0)
    return fail(Error(ErrorCode::invalid, "server.listen leaves the port to the system, and clients need to know it.")
                    .with_hint("Give it one, or choose one with --port."));
  if (answers(parts_.plan.port))
    return fail(Error(ErrorCode::unavailable, "Port " + std::to_string(parts_.plan.port) + " is in use.")
                    .with_hint("Another server has it: stop that one, or choose another with --port."));
  if (Result<void> found = find_programs(); !found) return found;
  if (Result<void> prepared = prepare_places(); !prepared) return prepared;
  if (Result<void> started = start_database(); !started) return started;
  if (Result<void> started = start_cache(); !started) return started;
  if (Result<void> started = start_instances(); !started) return started;
  return start_balancer();
}

// What is missing is said before anything is started.
Result<void> RunningFleet::find_programs() const {
  std::vector<std::string> names;
  if (parts_.plan.postgres) names = {"initdb", "postgres", "psql"};
  if (parts_.plan.replicas > 0) names.emplace_back("pg_basebackup");
  if (parts_.plan.redis) names.emplace_back("redis-server");
  if (parts_.plan.balancer == config::Fleet::Balancer::haproxy) names.emplace_back("haproxy");
  if (parts_.plan.balancer == config::Fleet::Balancer::nginx) names.emplace_back("nginx");
  for (const std::string& name : names)
    if (const auto found = parts_.programs.find(name); !found) return fail(found.error());
  return {};
}

Result<void> RunningFleet::until(const std::function<bool()>& holds, milliseconds at_most, const std::string& what) {
  const auto end = steady_clock::now() + at_most;
  while (!holds()) {
    if (stop_requested_) return fail(ErrorCode::unavailable, "The fleet is being stopped.");
    if (steady_clock::now() > end) return fail(ErrorCode::deadline_exceeded, what + " in time.");
    step();
    if (parts_.meanwhile) parts_.meanwhile();
    std::this_thread::sleep_for(look_again_after);
  }
  return {};
}

Result<void> RunningFleet::until_ready(Service& service) {
  bool crashed = false;
  const auto decided = [&] {
    crashed = service.state() == Service::State::waiting;
    return crashed || service.state() == Service::State::ready;
  };
  const Result<void> ready = until(decided, ready_within, service.setup().name + " is not ready");
  if (!crashed && ready) return {};
  if (stop_requested_) return ready;
  return fail(not_started(service));
}

Result<Service*> RunningFleet::start_part(ServiceSetup setup) {
  servers_.push_back(std::make_unique<Service>(std::move(setup), parts_.report));
  if (Result<void> started = servers_.back()->start(); !started) return fail(std::move(started.error()));
  return servers_.back().get();
}

Result<void> RunningFleet::start_database() {
  const bool kept = !parts_.plan.kept.empty();
  const std::filesystem::path base = kept ? parts_.plan.kept : parts_.folder.path();
  const std::string_view remedy = kept ? mended_by_keep : mended_by_tmpdir;
  if (kept)
    if (Result<void> taken = take_kept_folder(base); !taken) return taken;
  if (!parts_.plan.postgres) {
    urls_.database = "sqlite:" + (base / "sqlite" / "app.db").string();
    return make_private_folder(base / "sqlite", remedy);
  }
  const std::filesystem::path folder = base / "postgres";
  if (Result<void> made = make_passable_folder(folder, remedy); !made) return made;
  PostgresPlan plan{.folder = folder,
                    .sockets = parts_.folder.path() / "sockets",
                    .kept = kept,
                    .replicas = parts_.plan.replicas,
                    .connections = (instances_max + 1) * parts_.plan.config.database.connections};
  Result<PostgresCluster> cluster = PostgresCluster::prepare(std::move(plan), parts_.programs, ports_, parts_.random);
  if (!cluster) return fail(std::move(cluster.error()));
  postgres_ = std::move(*cluster);
  Result<Service*> primary = start_part(postgres_->primary());
  if (!primary) return fail(std::move(primary.error()));
  if (Result<void> ready = until_ready(**primary); !ready) return ready;
  if (Result<void> made = postgres_->make_database(); !made) return made;
  urls_.database = postgres_->primary_url();
  return start_replicas();
}

Result<void> RunningFleet::start_replicas() {
  if (Result<void> copied = postgres_->copy_to_replicas(); !copied) return copied;
  for (std::size_t i = 0; i < postgres_->replicas(); ++i) {
    if (Result<Service*> replica = start_part(postgres_->replica(i)); !replica) return fail(std::move(replica.error()));
    urls_.replicas.push_back(postgres_->replica_url(i));
  }
  for (const std::unique_ptr<Service>& server : servers_)
    if (Result<void> ready = until_ready(*server); !ready) return ready;
  return {};
}

Result<void> RunningFleet::start_cache() {
  if (!parts_.plan.redis) return {};
  const Result<std::filesystem::path> folder = parts_.folder.make("redis");
  if (!folder) return fail(folder.error());
  Result<RedisServer> redis = RedisServer::prepare(*folder, parts_.programs, ports_, parts_.random);
  if (!redis) return fail(std::move(redis.error()));
  redis_ = std::move(*redis);
  urls_.cache = redis_->url;
  Result<Service*> started = start_part(redis_->setup);
  if (!started) return fail(std::move(started.error()));
  return until_ready(**started);
}

Result<void> RunningFleet::prepare_places() {
  const bool alone = !parts_.plan.balancer;
  places_.resize(alone ? 1 : instances_max);
  open_.resize(places_.size());
  for (Place& place : places_) {
    const Result<std::uint16_t> port = alone ? parts_.plan.port : ports_.next();
    if (!port) return fail(port.error());
    place.port = *port;
  }
  return check_count(parts_.plan.instances);
}

Result<void> RunningFleet::check_count(std::size_t instances) const {
  if (instances == 0 || instances > places_.size()) return fail(cannot_be(instances));
  const std::vector<config::Conflict> conflicts = config::state_conflicts(parts_.plan.config, instances);
  if (conflicts.empty()) return {};
  return fail(Error(ErrorCode::invalid, conflicts.front().message + ".").with_hint(conflicts.front().hint));
}

Error RunningFleet::cannot_be(std::size_t instances) const {
  const std::string asked = std::to_string(instances) + " instances";
  if (places_.size() == 1)
    return Error(ErrorCode::invalid,
                 "This fleet has no balancer, so it has one instance and cannot have " + asked + ".")
        .with_hint("Set fleet.balancer = \"haproxy\" or \"nginx\", or see `banyan up --stage 4`.");
  return Error(ErrorCode::invalid, "A fleet on one machine cannot have " + asked + ".")
      .with_hint("It takes 1 to " + std::to_string(instances_max) + ".");
}

Result<void> RunningFleet::start_instances() {
  const Result<std::filesystem::path> folder = parts_.folder.make("instances");
  if (!folder) return fail(folder.error());
  instance_plan_ = {.program = parts_.plan.program,
                    .config = std::filesystem::absolute(parts_.plan.config.file),
                    .folder = *folder,
                    .environment = instance_environment(parts_.plan, urls_),
                    .service_key = parts_.plan.config.service_key,
                    .stop_within = parts_.plan.config.server.limits.shutdown_timeout + seconds(5)};
  for (std::size_t place = 0; place < parts_.plan.instances; ++place) {
    if (Result<void> started = start_instance(place); !started) return started;
    open_[place] = true;
  }
  return {};
}

Result<void> RunningFleet::start_balancer() {
  if (!parts_.plan.balancer) return {};
  const bool haproxy = parts_.plan.balancer == config::Fleet::Balancer::haproxy;
  const Result<std::filesystem::path> program = parts_.programs.find(haproxy ? "haproxy" : "nginx");
  if (!program) return fail(program.error());
  const Result<std::filesystem::path> folder = parts_.folder.make("balancer");
  if (!folder) return fail(folder.error());
  const Result<std::uint16_t> metrics_port = ports_.next();
  if (!metrics_port) return fail(metrics_port.error());
  BalancerPlan plan{.config = parts_.plan.config,
                    .program = *program,
                    .folder = *folder,
                    .port = parts_.plan.port,
                    .metrics_port = *metrics_port,
                    .ports = {}};
  for (const Place& place : places_) plan.ports.push_back(place.port);
  balancer_ = haproxy ? make_haproxy(std::move(plan)) : make_nginx(std::move(plan));
  if (Result<void> written = balancer_->write(open_); !written) return written;
  balancer_service_ = std::make_unique<Service>(balancer_->setup(), parts_.report);
  if (Result<void> started = balancer_service_->start(); !started) return started;
  if (Result<void> ready = until_ready(*balancer_service_); !ready) return ready;
  return until([this] { return balancer_has_instance(); }, ready_within, "the balancer has no instance");
}

bool RunningFleet::balancer_has_instance() {
  if (!parts_.plan.tls()) return serves(parts_.plan.port);
  return std::ranges::any_of(open_places(), [this](std::size_t place) { return balancer_->opened(place); });
}

Result<void> RunningFleet::start_instance(std::size_t place) {
  Place& at = places_[place];
  at.service = std::make_unique<Service>(instance_service(instance_plan_, place + 1, at.port), parts_.report);
  at.counted_at = {};
  at.requests_per_second.reset();
  if (Result<void> started = at.service->start(); !started) return started;
  return until_ready(*at.service);
}

Result<void> RunningFleet::stop_instance(std::size_t place) {
  Service& service = *places_[place].service;
  service.begin_stop();
  const auto ended = [&] { return service.state() == Service::State::stopped; };
  return until(ended, service.setup().stop_within + seconds(5), service.setup().name + " does not end");
}

void RunningFleet::step() {
  const auto now = steady_clock::now();
  for (const std::unique_ptr<Service>& server : servers_) server->step(now);
  for (const Place& place : places_)
    if (place.service) place.service->step(now);
  if (balancer_service_) balancer_service_->step(now);
  measure(now);
}

void RunningFleet::end(Service& service) {
  service.begin_stop();
  while (service.state() != Service::State::stopped) {
    service.step(steady_clock::now());
    std::this_thread::sleep_for(look_again_after);
  }
}

void RunningFleet::stop() {
  if (balancer_service_) end(*balancer_service_);
  for (const Place& place : places_)
    if (place.service) place.service->begin_stop();
  for (const Place& place : places_)
    if (place.service) end(*place.service);
  for (auto server = servers_.rbegin(); server != servers_.rend(); ++server) end(**server);
}

std::size_t RunningFleet::instances() const { return static_cast<std::size_t>(std::ranges::count(open_, true)); }

}  // namespace banyan::fleet
