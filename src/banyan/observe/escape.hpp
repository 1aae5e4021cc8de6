#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace banyan::observe {

/// The most bytes that one byte becomes when it is escaped.
inline constexpr std::size_t max_escaped_bytes = 6;

/// True when one of the eight bytes may not stand as it is in a JSON string of plain ASCII: below 0x20, from 0x7f on,
/// a quote or a backslash. Each term has the high bit of a byte for one of these (the zero-byte test of "Bit Twiddling
/// Hacks", S. E. Anderson); a borrow or carry into the next byte comes only from a byte that is bad itself.
constexpr bool any_needs_escape(std::uint64_t bytes) noexcept {
  constexpr std::uint64_t ones = 0x0101010101010101;
  const std::uint64_t below_blank = bytes - ones * 0x20;
  const std::uint64_t quote = (bytes ^ (ones * '"')) - ones;
  const std::uint64_t backslash = (bytes ^ (ones * '\\')) - ones;
  const std::uint64_t from_delete = bytes | (bytes + ones);
  return ((below_blank | quote | backslash | from_delete) & (ones * 0x80)) != 0;
}

constexpr bool needs_escape(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte >= 0x7f || c == '"' || c == '\\';
}

/// Writes `text` as the inside of a JSON string and returns the end. Bytes that are not ASCII become %XX, as a client
/// should have written them: what arrives in a request need not be UTF-8, and the log must be.
/// `out` has room for `max_escaped_bytes` a byte, and for 8 more.
char* append_escaped_ascii(char* out, std::string_view text) noexcept;

/// `text` as the inside of a JSON string, kept readable: UTF-8 stays, except what some viewer may take for the end of
/// a line or for a change of direction; what is not UTF-8 becomes U+FFFD.
std::string json_escaped(std::string_view text);

}  // namespace banyan::observe
