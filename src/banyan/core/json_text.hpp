#pragma once

#include <boost/json/value.hpp>

#include <cstddef>
#include <string>
#include <string_view>

#include "banyan/base/result.hpp"

namespace banyan {

/// How deep arrays and objects may nest in the value of a json field.
inline constexpr std::size_t json_depth_max = 32;
/// And in the text of a request: an array of records, each an object, around such a value.
inline constexpr std::size_t request_depth_max = json_depth_max + 2;

/// Strict JSON (RFC 8259) to a value. Beyond what Boost.JSON refuses by itself, this refuses an object that names a
/// member twice (Boost.JSON keeps the last), numbers no double can hold, and reads doubles to the nearest one
/// (Boost.JSON 1.81 may miss the last bit). Integers are int64, or uint64 where they do not fit; past that, doubles.
/// Errors: `invalid`, with the byte where reading stopped (from 0) and never the text itself.
Result<boost::json::value> parse_json(std::string_view text, std::size_t depth_max = request_depth_max);

/// The one text of a JSON value: members sorted by the bytes of their names, no spaces, numbers shortest, strings
/// escaped only where they must be. Parsing it again and writing it gives the same text.
/// Errors: `invalid` for more than json_depth_max levels, U+0000 in a string, or a number that is not finite.
Result<std::string> canonical_json(const boost::json::value& value);

}  // namespace banyan
