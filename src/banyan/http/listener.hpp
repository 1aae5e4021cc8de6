#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "banyan/base/descriptor.hpp"
#include "banyan/base/result.hpp"

namespace banyan::http {

/// An address that is this process's alone from now on. Who connects waits until it is served, or is turned away when
/// this object goes.
struct ReservedAddress {
  Descriptor socket;    ///< Bound and listening, not shared.
  std::string address;  ///< Numeric, without brackets.
  std::uint16_t port = 0;
};

/// Takes `address` (a numeric one, without brackets: "127.0.0.1", "::1") and `port` (0: the system chooses). A foreign
/// listener is noticed even if it would share the address through SO_REUSEPORT. Errors say what to do.
Result<ReservedAddress> reserve_address(const std::string& address, std::uint16_t port);

struct Listeners {
  std::vector<Descriptor> sockets;  ///< One a loop, non-blocking, sharing one address.
  std::uint16_t port = 0;
};

/// Opens the reserved address to `count` sockets of our own.
Result<Listeners> open_listeners(ReservedAddress reserved, std::size_t count);

/// Raises the soft limit on open files to the hard one, as far as the system lets.
void raise_file_limit() noexcept;

}  // namespace banyan::http
