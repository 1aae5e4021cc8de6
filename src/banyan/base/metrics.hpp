#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace banyan {

/// A small number that differs between threads as far as it can: picks a thread's own stripe of a metric.
std::size_t metric_stripe() noexcept;
inline constexpr std::size_t metric_stripes = 8;

/// A count that only grows. Thread-safe; add() touches a cache line that threads seldom share.
class Counter {
 public:
  void add(std::uint64_t amount = 1) noexcept {
    stripes_[metric_stripe()].value.fetch_add(amount, std::memory_order_relaxed);
  }
  std::uint64_t value() const noexcept;

 private:
  struct alignas(64) Stripe {
    std::atomic<std::uint64_t> value{0};
  };
  std::array<Stripe, metric_stripes> stripes_;
};

/// A figure that goes up and down. Thread-safe.
class Gauge {
 public:
  void set(std::int64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
  void add(std::int64_t amount) noexcept { value_.fetch_add(amount, std::memory_order_relaxed); }
  std::int64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

/// How often a figure fell into which range. Values and bounds are whole numbers in a unit of the caller's choice
/// (microseconds, rows); `scale` turns them into what is exposed (1e-6 makes seconds). Thread-safe.
class Histogram {
 public:
  /// `bounds` are inclusive upper ends, ascending; one more bucket catches the rest.
  Histogram(std::span<const std::uint64_t> bounds, double scale);
  ~Histogram();
  Histogram(const Histogram&) = delete;
  Histogram& operator=(const Histogram&) = delete;
  /// Where there is no memory for a thread's first figure, that one is not counted.
  void observe(std::uint64_t value) noexcept;

  struct Snapshot {
    std::vector<std::uint64_t> counts;  ///< One a bucket, not cumulative; the last is "more than every bound".
    std::uint64_t total = 0;
    std::uint64_t sum = 0;
  };
  Snapshot snapshot() const;
  std::span<const std::uint64_t> bounds() const noexcept { return bounds_; }
  double scale() const noexcept { return scale_; }

 private:
  std::vector<std::uint64_t> bounds_;
  double scale_;
  using Cell = std::atomic<std::uint64_t>;
  Cell* stripe_of(std::size_t place) noexcept;

  std::size_t stride_;
  /// Made when first used: most histograms of a route and a status never are, and few threads ask.
  std::array<std::atomic<Cell*>, metric_stripes> stripes_{};
};

/// Upper ends in microseconds for latencies, 50 µs to 10 s.
std::span<const std::uint64_t> latency_bounds_us() noexcept;

using MetricLabels = std::map<std::string, std::string>;

/// Where the layers below get their metrics. Asking twice for the same name and labels gives the same object, which
/// lives as long as the registry. Names follow Prometheus: `banyan_<what>_<unit>_total`. Thread-safe; ask once at
/// start and keep the reference, asking is not for the hot path.
class Metrics {
 public:
  virtual ~Metrics() = default;
  virtual Counter& counter(std::string_view name, std::string_view help, MetricLabels labels = {}) = 0;
  virtual Gauge& gauge(std::string_view name, std::string_view help, MetricLabels labels = {}) = 0;
  virtual Histogram& histogram(std::string_view name, std::string_view help, std::span<const std::uint64_t> bounds,
                               double scale, MetricLabels labels = {}) = 0;
  /// Calls `read` at every scrape instead of keeping a figure. `read` must be thread-safe and quick, and what it
  /// touches must outlive the registry. `kind` says how it is exposed.
  enum class SampleKind : unsigned char { counter, gauge };
  virtual void sample(std::string_view name, std::string_view help, SampleKind kind, std::function<double()> read,
                      MetricLabels labels = {}) = 0;
};

/// Metrics that count but are shown to nobody: for tools and tests. The figures can be asked by name and labels.
class UnseenMetrics final : public Metrics {
 public:
  Counter& counter(std::string_view name, std::string_view help, MetricLabels labels = {}) override;
  Gauge& gauge(std::string_view name, std::string_view help, MetricLabels labels = {}) override;
  Histogram& histogram(std::string_view name, std::string_view help, std::span<const std::uint64_t> bounds,
                       double scale, MetricLabels labels = {}) override;
  void sample(std::string_view, std::string_view, SampleKind, std::function<double()>, MetricLabels) override {}

 private:
  using Key = std::pair<std::string, MetricLabels>;
  std::mutex mutex_;
  std::map<Key, Counter> counters_;
  std::map<Key, Gauge> gauges_;
  std::map<Key, Histogram> histograms_;
};

}  // namespace banyan
