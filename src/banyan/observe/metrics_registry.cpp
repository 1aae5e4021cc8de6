#include "banyan/observe/metrics_registry.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>

namespace banyan::observe {

namespace {

enum Type : int { counter_type, gauge_type, histogram_type };

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Prometheus' data model: [a-zA-Z_:][a-zA-Z0-9_:]* for metrics, the same without the colon for labels.
bool is_metric_name(std::string_view name) {
  return !name.empty() && !is_digit(name.front()) &&
         std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c) || c == ':'; });
}

bool is_label_name(std::string_view name) {
  return is_metric_name(name) && !name.contains(':') && !name.starts_with("__");
}

[[noreturn]] void refuse(std::string_view name, std::string_view why) {
  throw std::logic_error("metric '" + std::string(name) + "': " + std::string(why));
}

}  // namespace

struct MetricsRegistry::Series {
  MetricLabels labels;
  std::optional<Counter> counter;
  std::optional<Gauge> gauge;
  std::optional<Histogram> histogram;
  std::function<double()> read;
};

struct MetricsRegistry::Family {
  std::string name;
  std::string help;
  int type = counter_type;
  std::map<MetricLabels, std::unique_ptr<Series>> series;
};

MetricsRegistry::MetricsRegistry() = default;
MetricsRegistry::~MetricsRegistry() = default;

MetricsRegistry::Family& MetricsRegistry::family_of(std::string_view name, std::string_view help, int type) {
  if (!is_metric_name(name)) refuse(name, "not a name that Prometheus takes");
  auto found = families_.find(name);
  if (found == families_.end()) {
    auto family = std::make_unique<Family>(std::string(name), std::string(help), type);
    found = families_.emplace(name, std::move(family)).first;
  }
  Family& family = *found->second;
  if (family.type != type) refuse(name, "registered before as another kind of metric");
  if (family.help != help) refuse(name, "registered before with another help text");
  return family;
}

MetricsRegistry::Series& MetricsRegistry::series_of(Family& family, MetricLabels labels) {
  for (const auto& [label, value] : labels) {
    if (!is_label_name(label) || (family.type == histogram_type && label == "le")) {
      refuse(family.name, "'" + label + "' cannot be a label");
    }
  }
  std::unique_ptr<Series>& series = family.series[labels];
  if (!series) {
    series = std::make_unique<Series>();
    series->labels = std::move(labels);
  }
  return *series;
}

Counter& MetricsRegistry::counter(std::string_view name, std::string_view help, MetricLabels labels) {
  const std::lock_guard lock(mutex_);
  Series& series = series_of(family_of(name, help, counter_type), std::move(labels));
  if (series.read) refuse(name, "registered before as a sample");
  if (!series.counter) series.counter.emplace();
  return *series.counter;
}

Gauge& MetricsRegistry::gauge(std::string_view name, std::string_view help, MetricLabels labels) {
  const std::lock_guard lock(mutex_);
  Series& series = series_of(family_of(name, help, gauge_type), std::move(labels));
  if (series.read) refuse(name, "registered before as a sample");
  if (!series.gauge) series.gauge.emplace();
  return *series.gauge;
}

Histogram& MetricsRegistry::histogram(std::string_view name, std::string_view help,
                                      std::span<const std::uint64_t> bounds, double scale, MetricLabels labels) {
  const std::lock_guard lock(mutex_);
  if (!std::ranges::is_sorted(bounds, std::ranges::less_equal{})) refuse(name, "its bounds do not ascend");
  Series& series = series_of(family_of(name, help, histogram_type), std::move(labels));
  if (!series.histogram) series.histogram.emplace(bounds, scale);
  if (series.histogram->scale() != scale || !std::ranges::equal(series.histogram->bounds(), bounds)) {
    refuse(name, "registered before with other bounds");
  }
  return *series.histogram;
}

void MetricsRegistry::sample(std::string_view name, std::string_view help, SampleKind kind,
                             std::function<double()> read, MetricLabels labels) {
  if (!read) refuse(name, "a sample without a function to read it");
  const std::lock_guard lock(mutex_);
  const int type = kind == SampleKind::counter ? counter_type : gauge_type;
  Series& series = series_of(family_of(name, help, type), std::move(labels));
  if (series.counter || series.gauge || series.read) refuse(name, "registered before with the same labels");
  series.read = std::move(read);
}

namespace {

prometheus::MetricType shown_type(int type) {
  switch (type) {
    case counter_type: return prometheus::MetricType::Counter;
    case gauge_type: return prometheus::MetricType::Gauge;
    default: return prometheus::MetricType::Histogram;
  }
}

// A scale of 1e-6 has no exact double, a million has: 100 µs shall be shown as 0.0001, not as 9.999999999999999e-05.
double scaled(std::uint64_t value, double scale) {
  const double divisor = std::round(1 / scale);
  const bool divides = divisor >= 1 && std::abs(divisor * scale - 1) < 1e-12;
  return divides ? static_cast<double>(value) / divisor : static_cast<double>(value) * scale;
}

void show_histogram(const Histogram& histogram, const Histogram::Snapshot& snapshot, prometheus::ClientMetric& shown) {
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < snapshot.counts.size(); ++i) {
    below += snapshot.counts[i];
    const double end = i < histogram.bounds().size() ? scaled(histogram.bounds()[i], histogram.scale())
                                                     : std::numeric_limits<double>::infinity();
    shown.histogram.bucket.push_back({.cumulative_count = below, .upper_bound = end});
  }
  shown.histogram.sample_count = snapshot.total;
  shown.histogram.sample_sum = scaled(snapshot.sum, histogram.scale());
}

}  // namespace

std::string MetricsRegistry::expose() const noexcept try {
  // Samples are read without the lock, so that one may itself ask the registry for a metric.
  std::vector<std::pair<prometheus::MetricFamily, std::vector<const Series*>>> families;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, family] : families_) {
      auto& [shown, series] = families.emplace_back();
      shown.name = name;
      shown.help = family->help;
      shown.type = shown_type(family->type);
      for (const auto& [labels, one] : family->series) series.push_back(one.get());
    }
  }
  std::vector<prometheus::MetricFamily> result;
  for (auto& [family, all] : families) {
    for (const Series* series : all) {
      prometheus::ClientMetric shown;
      for (const auto& [label, value] : series->labels) shown.label.push_back({label, value});
      if (series->read) {
        try {
          shown.counter.value = shown.gauge.value = series->read();
        } catch (...) {
          continue;
        }
      }
      if (series->counter) shown.counter.value = static_cast<double>(series->counter->value());
      if (series->gauge) shown.gauge.value = static_cast<double>(series->gauge->value());
      if (series->histogram) {
        const Histogram::Snapshot snapshot = series->histogram->snapshot();
        // A route has a dozen lines, and most of a schema's routes are never asked for.
        if (snapshot.total == 0) continue;
        show_histogram(*series->histogram, snapshot, shown);
      }
      family.metric.push_back(std::move(shown));
    }
    if (!family.metric.empty()) result.push_back(std::move(family));
  }
  return prometheus::TextSerializer().Serialize(result);
} catch (...) {
  return {};
}

}  // namespace banyan::observe
