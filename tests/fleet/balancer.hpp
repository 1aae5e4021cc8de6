#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>

#include "banyan/config/fleet.hpp"
#include "tests/servers/postgres_processes.hpp"

namespace banyan::fleet_tests {

using Kind = config::Fleet::Balancer;

/// A folder for one balancer: its configuration, and what it writes. Gone once this program has ended, and the balancer
/// with it, even by SIGKILL.
class BalancerFolder {
 public:
  BalancerFolder();
  const std::filesystem::path& path() const noexcept { return path_; }
  static constexpr const char* pid_file = "balancer.pid";

 private:
  std::filesystem::path path_;
  std::unique_ptr<testkit::Guard> guard_;
};

/// A real HAProxy or nginx. Thread safety: none. Errors are thrown as std::runtime_error.
class Balancer {
 public:
  /// Starts it with that configuration and waits until it listens on the port.
  Balancer(Kind kind, const BalancerFolder& folder, const std::string& configuration, std::uint16_t port);
  ~Balancer();
  Balancer(const Balancer&) = delete;
  Balancer& operator=(const Balancer&) = delete;

  /// What it wrote to its standard output and error.
  std::string log() const;

 private:
  void wait_until_it_listens(std::uint16_t port);

  std::filesystem::path folder_;
  pid_t process_;
};

}  // namespace banyan::fleet_tests
