#include "banyan/config/units.hpp"

#include <charconv>
#include <span>
#include <utility>

namespace banyan::config {
namespace {

using Unit = std::pair<std::string_view, std::uint64_t>;

constexpr Unit size_units[] = {{"B", 1},           {"KB", 1'000},       {"KiB", 1ULL << 10},
                               {"MB", 1'000'000},  {"MiB", 1ULL << 20}, {"GB", 1'000'000'000},
                               {"GiB", 1ULL << 30}};
constexpr std::uint64_t size_max = 1ULL << 62;

constexpr Unit duration_units[] = {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}};
constexpr std::uint64_t duration_ms_max = 1'000ULL * 24 * 3'600'000;

std::optional<std::uint64_t> parse(std::string_view text, std::span<const Unit> units, std::uint64_t max) {
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc()) return std::nullopt;
  const std::string_view word(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (const auto& [name, factor] : units)
    if (word == name) return count <= max / factor ? std::optional(count * factor) : std::nullopt;
  return std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) { return parse(text, size_units, size_max); }

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto millis = parse(text, duration_units, duration_ms_max);
  if (!millis) return std::nullopt;
  return std::chrono::milliseconds(*millis);
}

}  // namespace banyan::config
