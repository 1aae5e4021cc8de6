#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "banyan/base/result.hpp"
#include "banyan/config/config.hpp"

namespace banyan::fleet {

/// Where a balancer keeps what is its own: sockets, logs, temporary files.
struct Placement {
  /// A folder that is there, for a balancer that an ordinary user runs; empty: where Debian's packages have it all, and
  /// under the user that they made for it.
  std::filesystem::path folder;
  /// Whether each request is logged. Not for who lets a fleet run for a while: it would fill the disk.
  bool request_log = true;
  /// HAProxy's alone: which instances, by place, get no requests until it is told otherwise. Places beyond its end are
  /// open.
  std::vector<bool> closed = {};
};

/// The configuration of a balancer for `config.fleet`, as one file that its own checker takes without a warning. Pure:
/// the same text for the same arguments. Errors: `invalid` without instances, or for what this balancer cannot do.
Result<std::string> render_haproxy(const config::Config& config, const Placement& placement = {});
Result<std::string> render_nginx(const config::Config& config, const Placement& placement = {});

/// What `render_haproxy` calls its backend, and the instance at `place` (from 0) in it: "instances", "i1".
inline constexpr const char* haproxy_backend = "instances";
std::string haproxy_server_name(std::size_t place);

/// HAProxy's socket for its runtime API: that of the configuration, or one in the placement's folder.
std::filesystem::path haproxy_socket(const config::Config& config, const Placement& placement);

}  // namespace banyan::fleet
