#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/base/result.hpp"

namespace banyan::redis {

/// Where a node of a cluster is.
struct Address {
  std::string host;  ///< A name or an address, without brackets.
  std::uint16_t port = 6379;

  bool operator==(const Address&) const = default;
};

/// Where a server is, and as whom to speak to it.
struct Endpoint {
  std::string host;  ///< A name or an address, without brackets; empty for a Unix socket.
  std::uint16_t port = 6379;
  std::string socket;  ///< Path of a Unix socket; empty for a host.
  bool tls = false;
  std::string user;      ///< Empty: the server's default user.
  std::string password;  ///< Empty: none is sent.
  unsigned database = 0;
  std::vector<Address> more;  ///< Other nodes of the same cluster.

  bool same_place(const Endpoint& other) const {
    return host == other.host && port == other.port && socket == other.socket;
  }
};

constexpr std::size_t nodes_max = 64;  ///< That a URL may name.

/// Understands `redis://[[user]:password@]host[:port][,host[:port]…][/database]`, `rediss://…` for TLS, and
/// `unix://[[user]:password@]/path/of/socket[?db=database]`. Several hosts, nodes_max at most, are nodes of one
/// cluster. What is special in a user or password stands percent-encoded. Errors: `invalid`, with the part that is
/// wrong and what to write instead, and never the password.
Result<Endpoint> parse_url(std::string_view url);

/// The URL without user and password, for logs.
std::string describe(const Endpoint& endpoint);

}  // namespace banyan::redis
