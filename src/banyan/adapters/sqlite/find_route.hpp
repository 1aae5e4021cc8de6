#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "banyan/base/metrics.hpp"

namespace banyan::sqlite {

/// Decides where finds run: in place while their mean duration is that of memory, else on the reader threads, which
/// keep measuring. Two bounds, so that it does not flutter. Thread-safe; a lost update of the mean does no harm.
class FindRoute {
 public:
  FindRoute(std::uint32_t slow_us, std::uint32_t fast_us, Gauge& pooled_gauge)
      : slow_ns_(std::int64_t{slow_us} * 1000), fast_ns_(std::int64_t{fast_us} * 1000), gauge_(pooled_gauge) {}

  bool in_place() const noexcept { return !pooled_.load(std::memory_order_relaxed); }

  void note(std::int64_t duration_ns) noexcept {
    // One stall (a preempted thread) counts for so much at most that a single one never moves the finds.
    const std::int64_t capped = std::min(duration_ns, slow_ns_ * (weight / 2));
    const std::int64_t before = mean_ns_.load(std::memory_order_relaxed);
    const std::int64_t mean = before + (capped - before) / weight;
    mean_ns_.store(mean, std::memory_order_relaxed);
    if (in_place() ? mean > slow_ns_ : mean < fast_ns_) turn();
  }

 private:
  void turn() noexcept {
    const bool pooled = in_place();
    pooled_.store(pooled, std::memory_order_relaxed);
    gauge_.set(pooled ? 1 : 0);
  }

  static constexpr std::int64_t weight = 32;  ///< The mean is that of about so many finds.
  std::int64_t slow_ns_;
  std::int64_t fast_ns_;
  Gauge& gauge_;
  std::atomic<std::int64_t> mean_ns_{0};
  std::atomic<bool> pooled_{false};
};

}  // namespace banyan::sqlite
