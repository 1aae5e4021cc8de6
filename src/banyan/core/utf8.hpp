#pragma once

#include <cstddef>
#include <string_view>

#include "banyan/base/utf8.hpp"

namespace banyan {

/// How many code points valid UTF-8 holds.
std::size_t count_code_points(std::string_view text) noexcept;

/// The longest beginning of valid UTF-8 that has at most `bytes_max` bytes and cuts no code point in two.
std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max) noexcept;

}  // namespace banyan
