#include "banyan/fleet/local/balancer_plan.hpp"

#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>

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
  config.server.limits.connections = std::min(config.server.limits.connections, connections_max());
  return config;
}

Result<void> write_private(const std::filesystem::path& file, const std::string& text) {
  // Beside it and then in its place, so that nobody reads half of it.
  const std::filesystem::path next = file.string() + ".next";
  std::ofstream stream(next, std::ios::binary | std::ios::trunc);
  ::chmod(next.c_str(), 0600);
  stream << text << std::flush;
  std::error_code error;
  if (stream) std::filesystem::rename(next, file, error);
  if (stream && !error) return {};
  return fail(ErrorCode::storage_full, file.string() + " cannot be written.");
}

}  // namespace banyan::fleet
