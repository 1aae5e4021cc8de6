#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace banyan {

/// How many bytes (1 to 4) the code point that begins `text` takes; 0 when `text` is empty or does not begin with a
/// well-formed one: Unicode 15, table 3-7, so nothing overlong, no surrogates, nothing past U+10FFFF. NUL is one byte.
std::size_t utf8_sequence_bytes(std::string_view text) noexcept;

/// Whether `text` is UTF-8 as RFC 3629 has it, all of it.
bool is_valid_utf8(std::string_view text) noexcept;

/// `text` with U+FFFD in place of every byte that belongs to no well-formed code point.
std::string well_formed_utf8(std::string_view text);

}  // namespace banyan
