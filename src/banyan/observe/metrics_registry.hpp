#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/base/metrics.hpp"

namespace banyan::observe {

/// Metrics that can be scraped: keeps what the layers count, and shows it in Prometheus' text format (version 0.0.4).
///
/// A name or label that Prometheus would not take, a name asked for with another kind, help, bounds or scale, and a
/// sample registered twice are bugs: std::logic_error.
/// Thread-safe. Everything it hands out lives as long as it does.
class MetricsRegistry final : public Metrics {
 public:
  MetricsRegistry();
  ~MetricsRegistry() override;

  Counter& counter(std::string_view name, std::string_view help, MetricLabels labels = {}) override;
  Gauge& gauge(std::string_view name, std::string_view help, MetricLabels labels = {}) override;
  Histogram& histogram(std::string_view name, std::string_view help, std::span<const std::uint64_t> bounds,
                       double scale, MetricLabels labels = {}) override;
  void sample(std::string_view name, std::string_view help, SampleKind kind, std::function<double()> read,
              MetricLabels labels = {}) override;

  /// Every figure as it is now, families by name. A sample that throws is left out, and so is a histogram that has
  /// observed nothing yet. Never throws; when there is no memory for the text, the text is empty.
  std::string expose() const noexcept;

  /// The content type of expose().
  static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

 private:
  struct Series;
  struct Family;

  Family& family_of(std::string_view name, std::string_view help, int type);
  /// The series of these labels; made, with nothing in it, when it is new.
  static Series& series_of(Family& family, MetricLabels labels);

  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Family>, std::less<>> families_;
};

}  // namespace banyan::observe
