#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace banyan {

/// The whole number that the text is, in digits of `base` (2 to 36). Nothing for what is anything else besides, as a
/// blank or a plus sign, for an empty text, and for what `Number` cannot hold.
template <std::integral Number>
std::optional<Number> parse_whole(std::string_view text, int base = 10) noexcept {
  Number number{};
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number, base);
  if (error != std::errc() || end != last) return std::nullopt;
  return number;
}

/// 16 hexadecimal digits in lower case, which sort as the numbers do.
std::string hex16(std::uint64_t number);

}  // namespace banyan
