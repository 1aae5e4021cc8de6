#include "banyan/core/json_write.hpp"

#include <array>
#include <charconv>
#include <cstring>

namespace banyan::json_write {
namespace {

constexpr std::size_t word_bytes = sizeof(std::uint64_t);

// What follows the backslash of a character's short escape; 'u' where there is only the long one; 0 where none is
// needed.
constexpr std::array<char, 256> escapes = [] {
  std::array<char, 256> table{};
  for (std::size_t c = 0; c < 0x20; ++c) table[c] = 'u';
  table['\b'] = 'b';
  table['\f'] = 'f';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  table['"'] = '"';
  table['\\'] = '\\';
  return table;
}();

constexpr char escape_of(char c) { return escapes[static_cast<unsigned char>(c)]; }

// Whether any of eight bytes is below 0x20, a quote or a backslash
// (Anderson, Bit Twiddling Hacks: "Determine if a word has a byte less than n").
constexpr bool any_escape(std::uint64_t word) {
  constexpr std::uint64_t ones = 0x0101010101010101U;
  constexpr std::uint64_t highs = 0x8080808080808080U;
  const auto below = [](std::uint64_t bytes, std::uint64_t n) { return (bytes - ones * n) & ~bytes & highs; };
  return (below(word, 0x20) | below(word ^ (ones * '"'), 1) | below(word ^ (ones * '\\'), 1)) != 0;
}

template <typename Word>
std::uint64_t load(const char* at) {
  Word word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// Looks at eight bytes at a time; the last eight may overlap those before.
bool needs_escape(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  if (text.size() >= word_bytes) {
    for (; end - at > static_cast<std::ptrdiff_t>(word_bytes); at += word_bytes)
      if (any_escape(load<std::uint64_t>(at))) return true;
    return any_escape(load<std::uint64_t>(end - word_bytes));
  }
  if (text.size() >= 4) return any_escape(load<std::uint32_t>(at) << 32U | load<std::uint32_t>(end - 4));
  for (; at != end; ++at)
    if (escape_of(*at) != 0) return true;
  return false;
}

}  // namespace

std::size_t string_bytes(std::string_view text) noexcept {
  std::size_t bytes = text.size() + 2;
  if (!needs_escape(text)) return bytes;
  for (const char c : text) bytes += escape_of(c) == 0 ? 0U : escape_of(c) == 'u' ? 5U : 1U;
  return bytes;
}

char* put_string(char* at, std::string_view text, std::size_t bytes) noexcept {
  *at++ = '"';
  if (bytes == text.size() + 2) {
    at = put_raw(at, text);
  } else {
    for (const char c : text) {
      const char escape = escape_of(c);
      if (escape == 0) {
        *at++ = c;
        continue;
      }
      *at++ = '\\';
      *at++ = escape;
      if (escape != 'u') continue;
      at = put_raw(at, "00");
      *at++ = static_cast<char>('0' + (c >> 4));
      *at++ = "0123456789abcdef"[c & 15];
    }
  }
  *at++ = '"';
  return at;
}

char* put_integer(char* at, std::int64_t value) noexcept {
  return std::to_chars(at, at + integer_bytes_max, value).ptr;
}
char* put_integer(char* at, std::uint64_t value) noexcept {
  return std::to_chars(at, at + integer_bytes_max, value).ptr;
}

char* put_number(char* at, double value) noexcept {
  return std::to_chars(at, at + number_bytes_max, value == 0 ? 0.0 : value).ptr;
}

}  // namespace banyan::json_write
