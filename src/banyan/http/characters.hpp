#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace banyan::http {

/// Classes of bytes, as RFC 9110 and RFC 3986 name them.
enum CharacterClass : std::uint8_t {
  token_character = 1,       ///< tchar: names of methods and headers.
  path_character = 2,        ///< What a target may hold before its "?": visible ASCII without "?" and "#".
  host_character = 4,        ///< What a Host may hold: reg-name, IPv6 in brackets, port; no comma.
  request_id_character = 8,  ///< [A-Za-z0-9._-]
  value_character = 16,      ///< What a header's value may hold: tab, visible ASCII, space and obs-text.
};

namespace detail {

constexpr std::array<std::uint8_t, 256> make_character_classes() {
  std::array<std::uint8_t, 256> classes{};
  for (int c = 0; c < 256; ++c) {
    if (c == '\t' || (c >= 0x20 && c != 0x7f)) classes[c] |= value_character;
  }
  for (int c = 0x21; c < 0x7f; ++c) {
    if (c != '?' && c != '#') classes[c] |= path_character;
    const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (alphanumeric) classes[c] |= token_character | host_character | request_id_character;
  }
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) classes[static_cast<unsigned char>(c)] |= token_character;
  for (const char c : std::string_view("-._~%!$&'()*+;=:[]")) classes[static_cast<unsigned char>(c)] |= host_character;
  for (const char c : std::string_view("._-")) classes[static_cast<unsigned char>(c)] |= request_id_character;
  return classes;
}

inline constexpr std::array<std::uint8_t, 256> character_classes = make_character_classes();

}  // namespace detail

constexpr bool is(char c, CharacterClass wanted) noexcept {
  return (detail::character_classes[static_cast<unsigned char>(c)] & wanted) != 0;
}

constexpr bool all_are(std::string_view text, CharacterClass wanted) noexcept {
  for (const char c : text) {
    if (!is(c, wanted)) return false;
  }
  return true;
}

/// The text without the spaces and tabs around it.
constexpr std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// Whether a control character other than the tab is somewhere in `text`; a tab may be taken for one. Eight bytes a
/// step.
inline bool may_hold_control(std::string_view text) noexcept {
  // The top bit of each byte below 0x20, or 0x7f. Nothing carries from byte to byte.
  constexpr auto controls_in = [](std::uint64_t word) {
    constexpr std::uint64_t ones = 0x0101010101010101;
    constexpr std::uint64_t tops = ones * 0x80;
    const std::uint64_t low = word & ~tops;
    return (~(low + ones * 0x60) | (low + ones)) & ~word & tops;
  };
  if (text.size() < 8) {
    for (const char c : text) {
      if (!is(c, value_character)) return true;
    }
    return false;
  }
  std::uint64_t controls = 0;
  std::uint64_t word;
  for (std::size_t at = 0; at + 8 < text.size(); at += 8) {
    std::memcpy(&word, text.data() + at, 8);
    controls |= controls_in(word);
  }
  std::memcpy(&word, text.data() + text.size() - 8, 8);
  return (controls | controls_in(word)) != 0;
}

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

/// Compares without regard to the case of ASCII letters; `lower_case` is in lower case already.
constexpr bool equals_ignoring_case(std::string_view text, std::string_view lower_case) noexcept {
  if (text.size() != lower_case.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (lower(text[i]) != lower_case[i]) return false;
  }
  return true;
}

}  // namespace banyan::http
