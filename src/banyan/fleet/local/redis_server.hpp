#pragma once

#include <filesystem>
#include <string>

#include "banyan/base/random.hpp"
#include "banyan/fleet/local/loopback.hpp"
#include "banyan/fleet/local/programs.hpp"
#include "banyan/fleet/local/service.hpp"

namespace banyan::fleet {

/// A private Redis that is a cache: a password of its own, nothing on disk, bounded memory, the least recently used key
/// goes first.
struct RedisServer {
  ServiceSetup setup;
  std::string url;  ///< With the password.
  std::string password;

  /// Finds the program and a port, and writes the server's configuration into `folder`, which is there and private.
  static Result<RedisServer> prepare(const std::filesystem::path& folder, const Programs& programs, FreePorts& ports,
                                     Random& random);

  /// Empties the running one.
  Result<void> clear() const;
};

}  // namespace banyan::fleet
