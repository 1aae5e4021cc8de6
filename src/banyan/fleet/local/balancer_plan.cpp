#include "banyan/fleet/local/balancer_plan.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace banyan::fleet {
namespace {

// A balancer takes two file handles for a connection, and does not start when it may not have them all.
std::size_t connections_max() {
  constexpr rlim_t for_itself = 2'000;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max <= 2 * for_itself) return limit.rlim_max / 4;
  return (limit.rlim_max - for_itself) / 2;
}

}  // namespace

config::Config with_places(const BalancerPlan& plan, const std::vector<std::size_t>& places) {
  config::Config config = plan.config;
  const std::vector<config::Fleet::Instance> described = config.fleet.instances;
  config.fleet.instances.clear();
  for (const std::size_t place : places) {
    config::Fleet::Instance instance = place < described.size() ? described[place] : config::Fleet::Instance{};
    instance.endpoint = {.host = "127.0.0.1", .port = plan.ports[place]};
    config.fleet.instances.push_back(instance);
  }
  config.fleet.listen = {.host = "127.0.0.1", .port = plan.port};
  config.fleet.metrics = {.host = "127.0.0.1", .port = plan.metrics_port};
  config.fleet.tls.redirect = {};
  config.server.limits.connections = std::min(config.server.limits.connections, connections_max());
  return config;
}

}  // namespace banyan::fleet
