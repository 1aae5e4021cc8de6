#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "banyan/base/clock.hpp"

namespace banyan {

/// `2026-11-23T18:17:05.123456Z`, always 27 bytes; for years 0001 to 9999.
std::string format_timestamp(UnixMicros micros);
/// `2026-11-23` of the day in UTC.
std::string format_date(UnixMicros micros);

/// RFC 3339 with an offset or `Z`, upper or lower case, `T` or a space between; digits of the fraction past the sixth
/// are cut off. Nothing for what does not exist (30 February, a leap second) or leaves the years 0001 to 9999 in UTC.
std::optional<UnixMicros> parse_timestamp(std::string_view text);
/// `YYYY-MM-DD` of the proleptic Gregorian calendar, years 0001 to 9999; canonical as it stands.
bool is_valid_date(std::string_view text);

}  // namespace banyan
