#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/base/random.hpp"
#include "banyan/fleet/local/balancer.hpp"
#include "banyan/fleet/local/instance_program.hpp"
#include "banyan/fleet/local/postgres_cluster.hpp"
#include "banyan/fleet/local/redis_server.hpp"
#include "banyan/fleet/local/run_folder.hpp"
#include "banyan/fleet/local/service.hpp"
#include "banyan/fleet/local/stage_plan.hpp"

namespace banyan::fleet {

/// One program of a fleet, as a table shows it.
struct FleetRow {
  std::string name;
  std::string what;
  std::uint16_t port = 0;
  pid_t pid = 0;  ///< 0: it does not run.
  std::string health;
  unsigned restarts = 0;
  std::optional<double> requests_per_second;  ///< Of instances.
  std::optional<std::uint64_t> lag_bytes;     ///< Of replicas: log that they have yet to replay, as the instances say.
  std::filesystem::path output;               ///< What it writes.
};

/// A described fleet that runs on this machine, in private folders and on loopback ports. Nothing of it outlives the
/// object, nor the thread that made it.
///
/// Thread safety: request_stop() from any thread; the rest from the one that made it.
class RunningFleet {
 public:
  using Report = std::function<void(const std::string& line)>;

  /// At most that many instances on one machine.
  static constexpr std::size_t instances_max = 16;

  struct Parts {
    const StagePlan& plan;
    const RunFolder& folder;
    Programs programs;
    Random& random;
    Report report;                    ///< Hears of what happens, a sentence each.
    std::function<void()> meanwhile;  ///< Called often while something is waited for.
  };

  /// All of its parts outlive it.
  explicit RunningFleet(Parts parts);
  ~RunningFleet();

  /// Starts everything in the order in which it rests on each other. Fails when a program is missing, does not start
  /// within a minute, or when a stop was asked for; what runs by then is ended by the destructor.
  Result<void> start();
  /// Looks after everything that runs. To be called again and again, as long as the fleet is to run.
  void step();

  /// Brings the number of instances to that, one after the other, while requests go on.
  Result<void> scale(std::size_t instances, const Report& progress);
  /// Restarts the instances one at a time: each gets no requests, ends what it has, and is started and ready before the
  /// next one's turn. Without a balancer, and where a single instance keeps something for itself alone, there is a gap,
  /// which `progress` is told. One that does not start stays in the fleet, and is started again and again.
  Result<void> restart(const Report& progress);

  /// Ends the instances, empties the database and the cache, and starts the instances again, with the configuration as
  /// it is by now; that also when something could not be emptied. Nobody is answered meanwhile.
  Result<void> reset(const Report& progress);

  /// Has whatever waits fail soon, and stop_requested() be true.
  void request_stop() noexcept { stop_requested_ = true; }
  bool stop_requested() const noexcept { return stop_requested_; }
  /// Ends everything in the opposite order, and waits for it.
  void stop();

  std::vector<FleetRow> rows() const;
  std::size_t instances() const;

 private:
  struct Place {
    std::uint16_t port = 0;
    std::unique_ptr<Service> service;
    std::uint64_t requests = 0;
    std::optional<double> requests_per_second;
    std::chrono::steady_clock::time_point counted_at;
  };

  Result<void> find_programs() const;
  Result<void> start_database();
  Result<void> start_replicas();
  Result<void> start_cache();
  Result<void> start_instances();
  Result<void> start_balancer();
  bool balancer_has_instance();
  Result<void> prepare_places();
  Result<Service*> start_part(ServiceSetup setup);
  /// Whether the fleet can have that many.
  Result<void> check_count(std::size_t instances) const;
  Error cannot_be(std::size_t instances) const;
  Result<void> start_instance(std::size_t place);
  Result<void> stop_instance(std::size_t place);
  Result<void> restart_instance(std::size_t place, const Report& progress);
  Result<void> open(std::size_t place, const Report& progress);
  Result<void> close(std::size_t place, const Report& progress);
  Result<void> add_instance(const Report& progress);
  Result<void> remove_instance(const Report& progress);
  std::vector<std::size_t> open_places() const;
  Result<void> empty(const std::vector<std::size_t>& places);
  /// Starts those of them that do not serve, and opens them all.
  Result<void> bring_back(const std::vector<std::size_t>& places);
  Result<void> stop_instances(const std::vector<std::size_t>& places);
  Result<void> empty_servers() const;
  Result<void> until_ready(Service& service);
  Result<void> until(const std::function<bool()>& holds, std::chrono::milliseconds at_most, const std::string& what);
  void end(Service& service);
  void measure(std::chrono::steady_clock::time_point now);
  std::optional<InstanceMetrics> ask(const Place& place) const;
  static void count_requests(Place& place, const std::optional<InstanceMetrics>& metrics);
  FleetRow row_of(const Service& service) const;

  Parts parts_;
  FreePorts ports_;
  ServerUrls urls_;
  InstancePlan instance_plan_;
  std::optional<PostgresCluster> postgres_;
  std::optional<RedisServer> redis_;
  std::vector<std::unique_ptr<Service>> servers_;  ///< Those that instances rest on, in the order of their start.
  std::vector<Place> places_;
  OpenPlaces open_;
  std::unique_ptr<Balancer> balancer_;
  std::unique_ptr<Service> balancer_service_;
  std::map<std::uint16_t, std::uint64_t> lags_bytes_;  ///< By the replica's port.
  std::chrono::steady_clock::time_point next_measure_;
  std::atomic<bool> stop_requested_ = false;
};

}  // namespace banyan::fleet
