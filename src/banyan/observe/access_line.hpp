#pragma once

#include <cstddef>
#include <cstdint>

#include "banyan/base/access_log.hpp"

namespace banyan::observe {

/// Longer texts are cut, and end in "…". In bytes before escaping.
inline constexpr std::size_t max_logged_method_bytes = 32;
inline constexpr std::size_t max_logged_target_bytes = 512;
inline constexpr std::size_t max_logged_route_bytes = 256;
inline constexpr std::size_t max_logged_request_id_bytes = 128;
inline constexpr std::size_t max_logged_remote_bytes = 64;

/// No line is longer than this, its line feed included.
inline constexpr std::size_t max_access_line_bytes = 6656;

/// The text of the last second asked for: consecutive lines share it.
class SecondText {
 public:
  /// "2024-05-01T12:00:00", always 19 bytes.
  const char* of(std::int64_t unix_second) noexcept;

 private:
  std::int64_t second_ = -1;
  char text_[20] = {};
};

/// One JSON object and a line feed. Returns how many bytes it took of `out`, which has room for
/// `max_access_line_bytes`.
std::size_t write_json_line(char* out, const AccessEntry& entry, SecondText& seconds) noexcept;

/// The same for a person at a terminal; with `colour`, the status in its class's colour.
std::size_t write_text_line(char* out, const AccessEntry& entry, SecondText& seconds, bool colour) noexcept;

}  // namespace banyan::observe
