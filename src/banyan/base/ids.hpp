#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "banyan/base/clock.hpp"
#include "banyan/base/random.hpp"

namespace banyan {

/// A new UUID of version 7 (RFC 9562, section 5.7) in canonical lower-case text: sorts by its time of making.
std::string make_uuid_v7(const Clock& clock, Random& random);

/// The canonical lower-case text of a UUID given as 8-4-4-4-12 hexadecimal digits in either case; nothing otherwise.
std::optional<std::string> canonical_uuid(std::string_view text);

/// `bytes` random bytes as lower-case hexadecimal text: for tokens and request ids.
std::string make_hex_token(Random& random, std::size_t bytes);

}  // namespace banyan
