#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace banyan::observe {

/// The most bytes that one byte becomes when it is escaped.
inline constexpr std::size_t max_escaped_bytes = 6;

/// True for what may not stand as it is in a JSON string of plain ASCII.
constexpr bool needs_escape(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte >= 0x7f || c == '"' || c == '\\';
}

/// Writes `text` as the inside of a JSON string and returns the end. Bytes that are not ASCII become %XX, as a client
/// should have written them: what arrives in a request need not be UTF-8, and the log must be.
/// `out` has room for `max_escaped_bytes` a byte.
char* append_escaped_ascii(char* out, std::string_view text) noexcept;

/// `text` as the inside of a JSON string, kept readable: UTF-8 stays, except what some viewer may take for the end of
/// a line or for a change of direction; what is not UTF-8 becomes U+FFFD.
std::string json_escaped(std::string_view text);

}  // namespace banyan::observe
