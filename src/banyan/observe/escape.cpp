#include "banyan/observe/escape.hpp"

#include <array>

#include "banyan/base/utf8.hpp"

namespace banyan::observe {

namespace {

constexpr char hex_digits[] = "0123456789abcdef";
constexpr char upper_hex_digits[] = "0123456789ABCDEF";

char* append_one(char* out, char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x80) {
    *out++ = '%';
    *out++ = upper_hex_digits[byte >> 4];
    *out++ = upper_hex_digits[byte & 15];
  } else if (c == '"' || c == '\\') {
    *out++ = '\\';
    *out++ = c;
  } else if (needs_escape(c)) {
    std::memcpy(out, "\\u00", 4);
    out[4] = hex_digits[byte >> 4];
    out[5] = hex_digits[byte & 15];
    out += 6;
  } else {
    *out++ = c;
  }
  return out;
}

/// A code point and how many bytes it took; length 0 for what is not UTF-8 (RFC 3629).
struct CodePoint {
  std::uint32_t value = 0;
  std::size_t length = 0;
};

CodePoint decode(std::string_view text) noexcept {
  const std::size_t length = utf8_sequence_bytes(text);
  if (length == 0) return {};
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  std::uint32_t value = length == 1 ? byte(0) : byte(0) & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) value = (value << 6) | (byte(i) & 0x3f);
  return {value, length};
}

/// C1 controls (NEL among them), line and paragraph separators, and what turns the direction of text round.
bool misleads(std::uint32_t point) noexcept {
  return (point >= 0x7f && point < 0xa0) || point == 0x2028 || point == 0x2029 || point == 0x061c ||
         (point >= 0x200e && point <= 0x200f) || (point >= 0x202a && point <= 0x202e) ||
         (point >= 0x2066 && point <= 0x2069);
}

void append_u(std::string& out, std::uint32_t point) {
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += hex_digits[(point >> shift) & 15];
}

/// Sixteen bytes in one register, in the compilers' own notation for vectors.
using Bytes16 = signed char __attribute__((vector_size(16)));

bool all_may_stand(Bytes16 bytes) noexcept {
  // As signed numbers, bytes from 0x80 on are below 0x20, too.
  return __builtin_reduce_or((bytes < 0x20) | (bytes == 0x7f) | (bytes == '"') | (bytes == '\\')) == 0;
}

template <typename Word>
Word load(const char* at) noexcept {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

/// Copies one to two words' worth of bytes when none needs escaping: as two pieces that may overlap.
template <typename Word>
bool copied_as_two(char* out, std::string_view text) noexcept {
  const std::size_t last = text.size() - sizeof(Word);
  const std::array<Word, 2> pieces{load<Word>(text.data()), load<Word>(text.data() + last)};
  Bytes16 bytes;
  for (std::size_t i = 0; i < sizeof bytes; i += sizeof pieces) {
    std::memcpy(reinterpret_cast<char*>(&bytes) + i, pieces.data(), sizeof pieces);
  }
  if (!all_may_stand(bytes)) return false;
  std::memcpy(out, &pieces[0], sizeof(Word));
  std::memcpy(out + last, &pieces[1], sizeof(Word));
  return true;
}

bool copied_bytewise(char* out, std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (needs_escape(text[i])) return false;
    out[i] = text[i];
  }
  return true;
}

bool copied_by_16(char* out, std::string_view text) noexcept {
  const std::size_t last = text.size() - sizeof(Bytes16);
  for (std::size_t i = 0;; i += sizeof(Bytes16)) {
    if (i > last) i = last;
    Bytes16 bytes;
    std::memcpy(&bytes, text.data() + i, sizeof bytes);
    if (!all_may_stand(bytes)) return false;
    std::memcpy(out + i, &bytes, sizeof bytes);
    if (i == last) return true;
  }
}

/// Copies the text when no byte of it needs escaping, with as few steps as its length allows.
bool copied_as_it_is(char* out, std::string_view text) noexcept {
  if (text.size() >= 16) return copied_by_16(out, text);
  if (text.size() >= 8) return copied_as_two<std::uint64_t>(out, text);
  if (text.size() >= 4) return copied_as_two<std::uint32_t>(out, text);
  return copied_bytewise(out, text);
}

}  // namespace

char* append_escaped_ascii(char* out, std::string_view text) noexcept {
  if (copied_as_it_is(out, text)) return out + text.size();
  for (const char c : text) out = append_one(out, c);
  return out;
}

std::string json_escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 8);
  while (!text.empty()) {
    const CodePoint point = decode(text);
    if (point.length == 0) {
      out += "\\ufffd";
      text.remove_prefix(1);
      continue;
    }
    if (point.value == '"' || point.value == '\\') {
      out += '\\';
      out += text.front();
    } else if (point.value == '\n') {
      out += "\\n";
    } else if (point.value < 0x20 || misleads(point.value)) {
      append_u(out, point.value);
    } else {
      out += text.substr(0, point.length);
    }
    text.remove_prefix(point.length);
  }
  return out;
}

}  // namespace banyan::observe
