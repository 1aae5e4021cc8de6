#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "banyan/base/result.hpp"

namespace banyan::redis {

/// Where a server is, and as whom to speak to it.
struct Endpoint {
  std::string host;  ///< A name or an address, without brackets; empty for a Unix socket.
  std::uint16_t port = 6379;
  std::string socket;  ///< Path of a Unix socket; empty for a host.
  bool tls = false;
  std::string user;      ///< Empty: the server's default user.
  std::string password;  ///< Empty: none is sent.
  unsigned database = 0;
};

/// Understands `redis://[[user]:password@]host[:port][/database]`, `rediss://…` for TLS, and
/// `unix://[[user]:password@]/path/of/socket[?db=database]`. What is special in a user or password stands
/// percent-encoded. Errors: `invalid`, with the part that is wrong and what to write instead, and never the password.
Result<Endpoint> parse_url(std::string_view url);

/// The URL without user and password, for logs.
std::string describe(const Endpoint& endpoint);

}  // namespace banyan::redis
