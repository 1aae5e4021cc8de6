#pragma once

#include <cstddef>
#include <cstdint>

namespace banyan::api {

/// How many records a page may skip.
inline constexpr std::uint64_t offset_max = 1'000'000'000'000;

/// Bounds on what one query may ask for; past any of them it is refused, never cut.
struct QueryLimits {
  std::uint32_t default_limit = 100;
  std::uint32_t max_limit = 1000;  ///< Also of what is embedded in one record, told or not.
  std::size_t filter_count_max = 50;
  std::size_t in_operands_max = 1000;
  std::size_t logic_depth_max = 16;  ///< Of `and(…)` and `or(…)` in each other.
  std::size_t select_members_max = 200;
  std::size_t order_terms_max = 20;
  std::size_t path_steps_max = 16;  ///< Of one JSON path.
  std::size_t embed_depth_max = 4;
  std::size_t embeds_max = 16;
  /// Limits that stand in each other, multiplied, as far as they are told.
  std::uint64_t limit_product_max = 1'000'000;
};

}  // namespace banyan::api
