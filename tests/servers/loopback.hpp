#pragma once

#include <cstdint>

namespace banyan::testkit {

/// A loopback port that nobody listens on now, outside the range that outgoing connections are given: it is still free
/// when a server that was killed comes back to it. Throws std::runtime_error when there is none.
std::uint16_t free_port();

}  // namespace banyan::testkit
