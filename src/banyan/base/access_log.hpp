#pragma once

#include <cstdint>
#include <string_view>

#include "banyan/base/clock.hpp"

namespace banyan {

/// One answered request. The texts live only during the call.
struct AccessEntry {
  UnixMicros at = 0;              ///< When its first byte was read.
  std::uint64_t duration_us = 0;  ///< Until its answer was handed to the socket.
  std::string_view method;
  std::string_view target;  ///< As the client wrote it.
  std::string_view route;   ///< The template that matched ("/users/{id}"), or empty.
  int status = 0;
  std::uint64_t bytes_in = 0;   ///< Body bytes.
  std::uint64_t bytes_out = 0;  ///< Body bytes.
  std::string_view request_id;
  std::string_view remote;  ///< "127.0.0.1:40312"
};

/// Where answered requests are written down. Thread-safe; never blocks, never throws: what does not fit is dropped
/// and counted.
class AccessLog {
 public:
  virtual ~AccessLog() = default;
  virtual void record(const AccessEntry& entry) noexcept = 0;
};

}  // namespace banyan
