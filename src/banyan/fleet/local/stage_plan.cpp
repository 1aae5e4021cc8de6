#include "banyan/fleet/local/stage_plan.hpp"

#include <string_view>

namespace banyan::fleet {
namespace {

// Each would go before, or beside, what is told to the instances.
constexpr std::string_view replaced[] = {"PORT", "DATABASE_URL", "REDIS_URL", "BANYAN_SERVER_LISTEN"};

std::string joined(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) list += (list.empty() ? "" : ",") + text;
  return list;
}

}  // namespace

StagePlan plan_of(const config::Config& config) {
  StagePlan plan{.config = config, .program = {}, .environment = {}};
  plan.port = config.server.port;
  plan.postgres = config.database.kind == config::Database::Kind::postgres;
  plan.replicas = config.database.replicas.size();
  plan.redis = config.cache.shared();
  if (config.fleet.instances.empty()) return plan;
  plan.balancer = config.fleet.balancer;
  plan.instances = config.fleet.instances.size();
  plan.port = config.fleet.listen.port;
  return plan;
}

std::map<std::string, std::string> instance_environment(const StagePlan& plan, const ServerUrls& urls) {
  std::map<std::string, std::string> environment;
  for (const auto& [name, value] : plan.environment) environment[name] = value;
  for (const std::string_view name : replaced) environment.erase(std::string(name));
  environment["BANYAN_SERVICE_KEY"] = plan.config.service_key;
  environment["BANYAN_DATABASE_URL"] = urls.database;
  if (!urls.replicas.empty()) environment["BANYAN_DATABASE_REPLICAS"] = joined(urls.replicas);
  if (!urls.cache.empty()) environment["BANYAN_CACHE_URL"] = urls.cache;
  if (plan.balancer) environment["BANYAN_SERVER_TRUSTED_PROXIES"] = "127.0.0.1";
  // Written into files that nobody rotates.
  environment.try_emplace("BANYAN_LOG_ACCESS", "false");
  return environment;
}

}  // namespace banyan::fleet
