#include "banyan/base/ids.hpp"

#include <array>
#include <vector>

namespace banyan {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

std::string to_hex(std::span<const std::byte> bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::byte byte : bytes) {
    text.push_back(hex_digits[std::to_integer<unsigned>(byte) >> 4]);
    text.push_back(hex_digits[std::to_integer<unsigned>(byte) & 15]);
  }
  return text;
}

constexpr bool is_dash_position(std::size_t index) { return index == 8 || index == 13 || index == 18 || index == 23; }

}  // namespace

std::string make_uuid_v7(const Clock& clock, Random& random) {
  std::array<std::byte, 16> bytes;
  random.fill(bytes);
  const auto millis = static_cast<std::uint64_t>(clock.wall() / 1000);
  for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<std::byte>(millis >> (40 - 8 * i));
  bytes[6] = (bytes[6] & std::byte{0x0f}) | std::byte{0x70};
  bytes[8] = (bytes[8] & std::byte{0x3f}) | std::byte{0x80};
  std::string text = to_hex(bytes);
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) text.insert(dash, 1, '-');
  return text;
}

std::optional<std::string> canonical_uuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  std::string canonical(text);
  for (std::size_t i = 0; i < canonical.size(); ++i) {
    char& c = canonical[i];
    if (is_dash_position(i)) {
      if (c != '-') return std::nullopt;
      continue;
    }
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    if (hex_digits.find(c) == std::string_view::npos) return std::nullopt;
  }
  return canonical;
}

std::string make_hex_token(Random& random, std::size_t bytes) {
  std::vector<std::byte> raw(bytes);
  random.fill(raw);
  return to_hex(raw);
}

}  // namespace banyan
