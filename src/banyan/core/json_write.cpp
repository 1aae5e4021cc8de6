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

}  // namespace

std::size_t string_bytes(std::string_view text) noexcept {
  std::size_t bytes = text.size() + 2;
  const auto add_escapes = [&](std::string_view part) {
    for (const char c : part) bytes += escape_of(c) == 0 ? 0U : escape_of(c) == 'u' ? 5U : 1U;
  };
  std::size_t i = 0;
  for (; i + word_bytes <= text.size(); i += word_bytes) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, word_bytes);
    if (any_escape(word)) add_escapes(text.substr(i, word_bytes));
  }
  add_escapes(text.substr(i));
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

char* put_raw(char* at, std::string_view text) noexcept {
  if (!text.empty()) std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

}  // namespace banyan::json_write
