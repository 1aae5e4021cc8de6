#include "banyan/config/fleet_check.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "banyan/config/fleet_settings.hpp"

namespace banyan::config {
namespace {

// Whether they cannot both be listened on. Who listens on every address of a machine has those of its loopback too; an
// instance at any other address may be on another machine.
bool share_a_port(const Endpoint& a, const Endpoint& b) {
  const auto covers = [](const std::string& host, const std::string& other) {
    if (host == other) return true;
    const bool v4 = other == "0.0.0.0" || other == "127.0.0.1";
    return (host == "0.0.0.0" && v4) || (host == "::" && (v4 || other == "::1"));
  };
  return a.port == b.port && (covers(a.host, b.host) || covers(b.host, a.host));
}

void check_addresses(const Fleet& fleet, std::vector<Conflict>& conflicts) {
  if (fleet.instances.back().endpoint.port == 0)
    conflicts.push_back({"fleet.first_port", "fleet.first_port leaves no port for the last of the instances", ""});
  const std::pair<std::string, Endpoint> own[] = {
      {"fleet.listen", fleet.listen}, {"fleet.metrics", fleet.metrics}, {"fleet.tls_redirect", fleet.tls.redirect}};
  for (auto at = std::begin(own); at != std::end(own); ++at) {
    const auto& [name, endpoint] = *at;
    if (endpoint.port == 0) continue;
    const auto takes_it = [&](const Endpoint& other) { return share_a_port(other, endpoint); };
    if (std::ranges::any_of(fleet.instances, takes_it, &Fleet::Instance::endpoint) ||
        std::ranges::any_of(at + 1, std::end(own), takes_it, &std::pair<std::string, Endpoint>::second))
      conflicts.push_back({name, name + " is " + to_string(endpoint) + ", which is taken in [fleet] already", ""});
  }
}

void check_tls(const Fleet& fleet, std::vector<Conflict>& conflicts) {
  const Fleet::Tls& tls = fleet.tls;
  const auto needs_certificate = [&](bool given, const std::string& name) {
    if (given && !tls.enabled())
      conflicts.push_back({name, name + " needs fleet.tls_certificate", "Without a certificate there is no TLS."});
  };
  needs_certificate(!tls.key.empty(), "fleet.tls_key");
  needs_certificate(tls.redirect.port != 0, "fleet.tls_redirect");
  needs_certificate(tls.hsts.count() != 0, "fleet.tls_hsts");
  // What was written is plain: the folder of the configuration, which stands before it, need not be.
  for (const auto& [name, path] : {std::pair{"fleet.tls_certificate", &tls.certificate}, {"fleet.tls_key", &tls.key}})
    if (!can_stand_in_a_balancers_file(path->string()))
      conflicts.push_back({name,
                           std::string(name) + " is " + path->string() + ", which cannot stand in a balancer's file",
                           "Move it to a folder whose name has no blanks, quotes, or any of \\ $ # ; { } %."});
  if (tls.enabled() && fleet.balancer == Fleet::Balancer::haproxy && !haproxy_finds_key(tls))
    conflicts.push_back({"fleet.tls_key", "fleet.tls_key is not where HAProxy looks for it",
                         "Name it " + tls.certificate.string() +
                             ".key, or put it into the certificate's file and leave fleet.tls_key away."});
}

}  // namespace

// What lies on an instance is lost with it, and unknown to all others.
std::vector<Conflict> state_conflicts(const Config& config, std::size_t instances) {
  std::vector<Conflict> conflicts;
  if (instances <= 1) return conflicts;
  const std::string count = std::to_string(instances);
  if (config.database.kind == Database::Kind::sqlite)
    conflicts.push_back({"database.url",
                         "database.url is a file of one machine, and " + count + " instances need one database",
                         "Give the URL of a PostgreSQL that all reach, \"postgres://user:password@host:5432/name\"; "
                         "`banyan copy` takes the records there."});
  if (config.cache.enabled && !config.cache.shared())
    conflicts.push_back(
        {"cache.url",
         "cache.url is memory of one process: of " + count + " instances, each would keep what others have changed",
         "Write cache.url = \"off\", or the URL of a Redis that all share."});
  if (config.service_key.empty())
    conflicts.push_back({"service_key.file",
                         "the service key would be made by each of " + count +
                             " instances for itself, and a key of one be refused by the others",
                         "Give all of them the same BANYAN_SERVICE_KEY; for example: openssl rand -hex 32"});
  return conflicts;
}

std::vector<Conflict> fleet_conflicts(const Config& config) {
  std::vector<Conflict> conflicts;
  const Fleet& fleet = config.fleet;
  if (fleet.instances.empty()) return conflicts;
  check_addresses(fleet, conflicts);
  check_tls(fleet, conflicts);
  if (fleet.health.timeout > fleet.health.interval)
    conflicts.push_back(
        {"fleet.health_timeout", "fleet.health_timeout must not be longer than fleet.health_interval", ""});
  std::ranges::move(state_conflicts(config, fleet.instances.size()), std::back_inserter(conflicts));
  return conflicts;
}

}  // namespace banyan::config
