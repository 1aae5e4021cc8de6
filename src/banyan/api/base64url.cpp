#include "banyan/api/base64url.hpp"

#include <cstdint>

namespace banyan::api {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr unsigned bits_of_digit = 6;
constexpr unsigned bits_of_byte = 8;

}  // namespace

std::string to_base64url(std::string_view bytes) {
  std::string text;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char byte : bytes) {
    held = held << bits_of_byte | static_cast<unsigned char>(byte);
    bits += bits_of_byte;
    while (bits >= bits_of_digit) {
      bits -= bits_of_digit;
      text += alphabet[held >> bits & 63U];
    }
  }
  if (bits > 0) text += alphabet[held << (bits_of_digit - bits) & 63U];
  return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string bytes;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char digit : text) {
    const std::size_t value = alphabet.find(digit);
    if (value == std::string_view::npos) return std::nullopt;
    held = held << bits_of_digit | static_cast<std::uint32_t>(value);
    bits += bits_of_digit;
    if (bits >= bits_of_byte) {
      bits -= bits_of_byte;
      bytes += static_cast<char>(held >> bits & 255U);
    }
  }
  if (to_base64url(bytes) != text) return std::nullopt;
  return bytes;
}

}  // namespace banyan::api
