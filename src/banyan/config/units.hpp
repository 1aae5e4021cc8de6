#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace banyan::config {

/// "512B", "64KB" (thousands), "64KiB" (of 1024), "1MB", "1MiB", "2GB", "2GiB": whole numbers, no space. Nothing for
/// anything else, or for what 64 bits do not hold.
std::optional<std::uint64_t> parse_size(std::string_view text);

/// "500ms", "10s", "5m", "2h": whole numbers, no space. Nothing for anything else, or for more than a thousand days.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace banyan::config
