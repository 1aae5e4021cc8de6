#include "banyan/base/metrics.hpp"

#include <algorithm>
#include <new>

namespace banyan {

std::size_t metric_stripe() noexcept {
  static std::atomic<std::size_t> next{0};
  thread_local const std::size_t stripe = next.fetch_add(1, std::memory_order_relaxed) % metric_stripes;
  return stripe;
}

std::uint64_t Counter::value() const noexcept {
  std::uint64_t sum = 0;
  for (const Stripe& stripe : stripes_) sum += stripe.value.load(std::memory_order_relaxed);
  return sum;
}

// A stripe holds a count a bucket and the sum, padded to whole cache lines.
Histogram::Histogram(std::span<const std::uint64_t> bounds, double scale)
    : bounds_(bounds.begin(), bounds.end()), scale_(scale), stride_((bounds.size() + 2 + 7) / 8 * 8) {}

Histogram::~Histogram() {
  for (const std::atomic<Cell*>& stripe : stripes_) delete[] stripe.load(std::memory_order_acquire);
}

Histogram::Cell* Histogram::stripe_of(std::size_t place) noexcept {
  Cell* cells = stripes_[place].load(std::memory_order_acquire);
  if (cells != nullptr) return cells;
  Cell* const made = new (std::nothrow) Cell[stride_]();
  if (made == nullptr || stripes_[place].compare_exchange_strong(cells, made, std::memory_order_acq_rel)) return made;
  delete[] made;  // another thread of the stripe was first
  return cells;
}

void Histogram::observe(std::uint64_t value) noexcept {
  const auto bucket = static_cast<std::size_t>(std::ranges::lower_bound(bounds_, value) - bounds_.begin());
  Cell* const stripe = stripe_of(metric_stripe());
  if (stripe == nullptr) return;
  stripe[bucket].fetch_add(1, std::memory_order_relaxed);
  stripe[bounds_.size() + 1].fetch_add(value, std::memory_order_relaxed);
}

Histogram::Snapshot Histogram::snapshot() const {
  Snapshot result;
  result.counts.resize(bounds_.size() + 1);
  for (const std::atomic<Cell*>& stripe : stripes_) {
    const Cell* const cells = stripe.load(std::memory_order_acquire);
    if (cells == nullptr) continue;
    for (std::size_t i = 0; i < result.counts.size(); ++i) {
      const std::uint64_t count = cells[i].load(std::memory_order_relaxed);
      result.counts[i] += count;
      result.total += count;
    }
    result.sum += cells[bounds_.size() + 1].load(std::memory_order_relaxed);
  }
  return result;
}

std::span<const std::uint64_t> latency_bounds_us() noexcept {
  static constexpr std::array<std::uint64_t, 17> bounds{50,      100,       250,       500,       1'000,     2'500,
                                                        5'000,   10'000,    25'000,    50'000,    100'000,   250'000,
                                                        500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000};
  return bounds;
}

Counter& UnseenMetrics::counter(std::string_view name, std::string_view, MetricLabels labels) {
  const std::lock_guard lock(mutex_);
  return counters_[Key(name, std::move(labels))];
}

Gauge& UnseenMetrics::gauge(std::string_view name, std::string_view, MetricLabels labels) {
  const std::lock_guard lock(mutex_);
  return gauges_[Key(name, std::move(labels))];
}

Histogram& UnseenMetrics::histogram(std::string_view name, std::string_view, std::span<const std::uint64_t> bounds,
                                    double scale, MetricLabels labels) {
  const std::lock_guard lock(mutex_);
  return histograms_.try_emplace(Key(name, std::move(labels)), bounds, scale).first->second;
}

}  // namespace banyan
