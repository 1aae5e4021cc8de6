#include "banyan/fleet/local/instance_program.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "banyan/fleet/local/loopback.hpp"

namespace banyan::fleet {
namespace {

constexpr std::chrono::milliseconds health_within{1'000};
constexpr std::chrono::milliseconds metrics_within{500};
constexpr std::string_view counted = "banyan_http_request_duration_seconds_count";
constexpr std::string_view lag = "banyan_replica_lag_bytes{replica=\"";

bool serves(std::uint16_t port) {
  const auto answer = http_get(port, "/health/ready", health_within);
  return answer && answer->status == 200;
}

// What is asked to watch it is no traffic.
bool is_counted(std::string_view line) {
  return line.starts_with(counted) && line.find("route=\"/health") == std::string_view::npos &&
         line.find("route=\"/metrics\"") == std::string_view::npos;
}

// Whose lag the line tells, by its port: the label is `host:port/database`.
std::optional<std::uint16_t> lagging(std::string_view line) {
  if (!line.starts_with(lag)) return std::nullopt;
  line.remove_prefix(lag.size());
  std::uint16_t port = 0;
  const std::string_view digits = line.substr(std::min(line.find(':') + 1, line.size()));
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc()) return std::nullopt;
  return port;
}

std::uint64_t number_at_end(std::string_view line) {
  double number = 0;
  const std::string_view text = line.substr(line.rfind(' ') + 1);
  std::from_chars(text.data(), text.data() + text.size(), number);
  return static_cast<std::uint64_t>(number);
}

}  // namespace

ServiceSetup instance_service(const InstancePlan& plan, std::size_t number, std::uint16_t port) {
  const std::string name = "instance-" + std::to_string(number);
  ServiceSetup setup;
  setup.name = name;
  setup.what = "Banyan";
  setup.port = port;
  setup.child.command = {plan.program, "serve", plan.config};
  setup.child.environment = plan.environment;
  setup.child.environment["BANYAN_SERVER_LISTEN"] = "127.0.0.1:" + std::to_string(port);
  setup.child.folder = plan.folder;
  setup.child.output = plan.folder / (name + ".log");
  setup.ready = [port] { return serves(port); };
  setup.stop_within = plan.stop_within;
  return setup;
}

InstanceMetrics read_metrics(std::string_view text) {
  InstanceMetrics metrics;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (is_counted(line)) metrics.requests += number_at_end(line);
    if (const std::optional<std::uint16_t> replica = lagging(line)) metrics.lags_bytes[*replica] = number_at_end(line);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return metrics;
}

std::optional<InstanceMetrics> metrics_of(std::uint16_t port, const std::string& service_key) {
  const auto answer = http_get(port, "/metrics", metrics_within, "Authorization: Bearer " + service_key);
  if (!answer || answer->status != 200) return std::nullopt;
  return read_metrics(answer->body);
}

}  // namespace banyan::fleet
