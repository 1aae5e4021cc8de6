#include "banyan/observe/escape.hpp"

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
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return {};
  std::uint32_t value = lead & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    value = (value << 6) | (byte(i) & 0x3f);
  }
  const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  if (overlong || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return {};
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

}  // namespace

namespace {

template <typename Word>
Word load(const char* at) noexcept {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

template <typename Word>
void store(char* at, Word word) noexcept {
  std::memcpy(at, &word, sizeof word);
}

/// Copies fewer than eight bytes when none needs escaping: as two pieces that may overlap.
bool copied_short(char* out, const char* at, std::size_t size) noexcept {
  if (size >= 4) {
    const auto first = load<std::uint32_t>(at);
    const auto last = load<std::uint32_t>(at + size - 4);
    if (any_needs_escape(first | std::uint64_t{last} << 32)) return false;
    store(out, first);
    store(out + size - 4, last);
    return true;
  }
  for (std::size_t i = 0; i < size; ++i) {
    if (needs_escape(at[i])) return false;
    out[i] = at[i];
  }
  return true;
}

}  // namespace

// Eight bytes at a time; the last eight overlap the ones before, so that no loop over single bytes is left.
char* append_escaped_ascii(char* out, std::string_view text) noexcept {
  const char* at = text.data();
  const char* const end = at + text.size();
  if (text.size() < 8) {
    if (copied_short(out, at, text.size())) return out + text.size();
  } else {
    const char* const last = end - 8;
    for (; at < last; at += 8, out += 8) {
      const auto bytes = load<std::uint64_t>(at);
      if (any_needs_escape(bytes)) break;
      store(out, bytes);
    }
    const auto bytes = load<std::uint64_t>(last);
    if (at >= last && !any_needs_escape(bytes)) {
      out -= at - last;
      store(out, bytes);
      return out + 8;
    }
  }
  for (; at != end; ++at) out = append_one(out, *at);
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
