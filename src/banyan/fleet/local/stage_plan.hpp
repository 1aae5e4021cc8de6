#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "banyan/config/config.hpp"

namespace banyan::fleet {

/// What of a described fleet runs on this machine, and from what.
struct StagePlan {
  const config::Config& config;                          ///< With a service key.
  std::filesystem::path program;                         ///< Of the instances: `program serve …`.
  config::Environment environment;                       ///< What the instances get, besides where their servers are.
  std::uint16_t port = 8080;                             ///< The one address that clients use.
  std::filesystem::path kept = {};                       ///< Where data stays when the fleet has ended; empty: nowhere.
  bool postgres = false;                                 ///< Else the database is a file.
  std::size_t replicas = 0;                              ///< Of PostgreSQL.
  bool redis = false;                                    ///< Else each instance has a cache of its own, or none.
  std::optional<config::Fleet::Balancer> balancer = {};  ///< Nothing: there is one instance, without one.
  std::size_t instances = 1;

  /// Whether clients speak TLS, which the balancer ends.
  bool tls() const { return balancer && config.fleet.tls.enabled(); }
  /// Where clients go: "http://127.0.0.1:8080".
  std::string url() const { return (tls() ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port); }
};

/// What the configuration describes. It outlives the plan.
StagePlan plan_of(const config::Config& config);

/// Where the servers are that a fleet has started.
struct ServerUrls {
  std::string database;
  std::vector<std::string> replicas;
  std::string cache;  ///< Empty: as the configuration says.
};

/// The environment of the instances: the plan's, with the private servers in the place of those that the configuration
/// names. What would give each instance the same port is left out.
std::map<std::string, std::string> instance_environment(const StagePlan& plan, const ServerUrls& urls);

}  // namespace banyan::fleet
