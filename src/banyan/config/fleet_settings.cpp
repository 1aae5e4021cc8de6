#include "banyan/config/fleet_settings.hpp"

#include <algorithm>

#include "banyan/base/numbers.hpp"
#include "banyan/base/words.hpp"
#include "banyan/config/endpoints.hpp"
#include "banyan/config/reading.hpp"
#include "banyan/config/setting_kinds.hpp"

namespace banyan::config {
namespace {

constexpr std::size_t instances_max = 256;
constexpr unsigned weight_max = 256;
constexpr std::size_t max_connections_max = 1'000'000;
constexpr std::size_t port_max = 65'535;
constexpr std::size_t cookie_bytes_max = 64;
constexpr std::size_t path_bytes_max = 256;
constexpr std::size_t socket_bytes_max = 90;  // what sun_path holds, less what HAProxy appends while it binds

const Refusal not_instances{
    "must be a count, or a list of addresses, for example [\"10.0.0.11:8080\", \"10.0.0.12:8080 weight=2\"]",
    "A count starts that many on this machine, on ports from fleet.first_port on."};

std::vector<std::string_view> words_of(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> words;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(separators), text.size()));
    if (text.empty()) return words;
    words.push_back(text.substr(0, text.find_first_of(separators)));
    text.remove_prefix(words.back().size());
  }
}

Outcome set_attribute(Fleet::Instance& instance, std::string_view word) {
  constexpr std::string_view known[] = {"weight", "max_connections"};
  const std::string_view name = word.substr(0, word.find('='));
  if (std::ranges::find(known, name) == std::end(known))
    return Refusal{"has " + in_quotes(name) + " after an address" + did_you_mean(name, known),
                   "An address takes weight= and max_connections= after it."};
  const auto value = parse_whole<std::size_t>(word.substr(std::min(name.size() + 1, word.size())));
  const std::size_t max = name == "weight" ? weight_max : max_connections_max;
  if (!value || *value < 1 || *value > max)
    return Refusal{"gives a " + std::string(name) + " that is no whole number from 1 to " + std::to_string(max), ""};
  if (name == "weight")
    instance.weight = static_cast<unsigned>(*value);
  else
    instance.max_connections = *value;
  return std::nullopt;
}

Outcome add_instance(std::vector<Fleet::Instance>& instances, std::string_view text) {
  const auto words = words_of(text, " ");
  const auto endpoint = words.empty() ? std::nullopt : parse_endpoint(words.front());
  if (!endpoint || endpoint->port == 0) return not_instances;
  for (const Fleet::Instance& other : instances)
    if (other.endpoint == *endpoint) return Refusal{"has " + to_string(*endpoint) + " twice", ""};
  Fleet::Instance instance{*endpoint};
  for (std::size_t i = 1; i < words.size(); ++i)
    if (auto refusal = set_attribute(instance, words[i])) return refusal;
  instances.push_back(instance);
  return std::nullopt;
}

Outcome set_listed(Fleet& fleet, const std::vector<std::string_view>& list) {
  if (list.empty() || list.size() > instances_max) return Refusal{"must have 1 to 256 addresses", ""};
  std::vector<Fleet::Instance> instances;
  for (const std::string_view text : list)
    if (auto refusal = add_instance(instances, text)) return refusal;
  fleet.instances = std::move(instances);
  return std::nullopt;
}

Outcome set_counted(Fleet& fleet, std::int64_t count) {
  if (count < 1 || count > static_cast<std::int64_t>(instances_max))
    return Refusal{"must be from 1 to 256 instances", ""};
  fleet.instances.assign(static_cast<std::size_t>(count), {});
  return std::nullopt;
}

Outcome set_instances(Config& config, const Given& given) {
  if (const auto* count = std::get_if<std::int64_t>(&given.value)) return set_counted(config.fleet, *count);
  if (const auto* list = std::get_if<std::vector<std::string>>(&given.value))
    return set_listed(config.fleet, {list->begin(), list->end()});
  const auto* text = std::get_if<std::string>(&given.value);
  if (text == nullptr || !given.from_environment) return not_instances;
  if (const auto count = parse_whole<std::int64_t>(*text)) return set_counted(config.fleet, *count);
  return set_listed(config.fleet, words_of(*text, ","));
}

Outcome set_endpoint(Endpoint& endpoint, const std::string& text, bool optional) {
  if (optional && text == "off") return endpoint = {}, std::nullopt;
  const auto given = parse_listen(text);
  if (!given || given->port == 0)
    return Refusal{std::string("must be an address and a port") + (optional ? ", or \"off\"" : "") +
                       ", for example \"127.0.0.1:8080\"",
                   "\"0.0.0.0:80\" listens on every IPv4 address of the machine, \"[::]:80\" on every one."};
  endpoint = *given;
  return std::nullopt;
}

Outcome set_path(std::filesystem::path& path, const std::string& text) {
  if (text.empty() || text.size() > path_bytes_max || text.ends_with('/') || !can_stand_in_a_balancers_file(text))
    return Refusal{"must name a file, without blanks, quotes, and any of \\ $ # ; { } %", ""};
  path = text;
  return std::nullopt;
}

Outcome set_sticky(Config& config, const std::string& text) {
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  if (text.empty() || text.size() > cookie_bytes_max || !std::ranges::all_of(text, is_part))
    return Refusal{"must be \"off\" or the name of a cookie: 1 to 64 letters, digits and underscores", ""};
  config.fleet.sticky_cookie = text == "off" ? "" : text;
  return std::nullopt;
}

Outcome set_health_path(Config& config, const std::string& text) {
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/-._~?=&").find(c) != std::string_view::npos;
  };
  if (!text.starts_with('/') || text.size() > path_bytes_max || !std::ranges::all_of(text, is_part))
    return Refusal{"must be a path, for example \"/health/ready\"", ""};
  config.fleet.health.path = text;
  return std::nullopt;
}

Outcome set_runtime_socket(Config& config, const std::string& text) {
  if (text.size() > socket_bytes_max)
    return Refusal{"must have 90 bytes at most: so much holds the name of a socket", ""};
  if (!text.starts_with('/'))
    return Refusal{"must name a file by its whole path", "Whoever reaches HAProxy's socket rules it: not by a port."};
  return set_path(config.fleet.runtime_socket, text);
}

void add_topology(std::vector<Setting>& list) {
  list.push_back({"fleet", "instances", "count, or list of texts", "", "1 to 256", set_instances});
  list.push_back(integer_setting("fleet", "first_port", 3000, 1, 65535, [](Config& config, std::int64_t port) {
    config.fleet.first_port = static_cast<std::uint16_t>(port);
  }));
  list.push_back(word_setting("fleet", "balancer", {"haproxy", "nginx"}, 0, [](Config& config, std::size_t place) {
    config.fleet.balancer = static_cast<Fleet::Balancer>(place);
  }));
  list.push_back(word_setting(
      "fleet", "algorithm", {"round_robin", "least_connections", "ip_hash"}, 0,
      [](Config& config, std::size_t place) { config.fleet.algorithm = static_cast<Fleet::Algorithm>(place); }));
  list.push_back(text_setting("fleet", "listen", "127.0.0.1:8080", [](Config& config, const std::string& text) {
    return set_endpoint(config.fleet.listen, text, false);
  }));
  list.push_back(text_setting("fleet", "sticky", "off", set_sticky));
}

void add_tls(std::vector<Setting>& list) {
  list.push_back(text_setting("fleet", "tls_certificate", "", [](Config& config, const std::string& text) {
    return set_path(config.fleet.tls.certificate, text);
  }));
  list.push_back(text_setting("fleet", "tls_key", "", [](Config& config, const std::string& text) {
    return set_path(config.fleet.tls.key, text);
  }));
  list.push_back(text_setting("fleet", "tls_redirect", "off", [](Config& config, const std::string& text) {
    return set_endpoint(config.fleet.tls.redirect, text, true);
  }));
  list.push_back(duration_setting("fleet", "tls_hsts", "0s", "0s", "20000h", [](Config& config, Millis millis) {
    config.fleet.tls.hsts = std::chrono::duration_cast<std::chrono::seconds>(millis);
  }));
}

void add_health(std::vector<Setting>& list) {
  const auto add_count = [&](const char* key, std::int64_t value, unsigned Fleet::Health::* target) {
    list.push_back(integer_setting("fleet", key, value, 1, 100, [=](Config& config, std::int64_t given) {
      config.fleet.health.*target = static_cast<unsigned>(given);
    }));
  };
  list.push_back(text_setting("fleet", "health_path", "/health/ready", set_health_path));
  list.push_back(millis_setting("fleet", "health_interval", "2s", "100ms", "10m",
                                [](Config& c) -> Millis& { return c.fleet.health.interval; }));
  list.push_back(millis_setting("fleet", "health_timeout", "1s", "100ms", "1m",
                                [](Config& c) -> Millis& { return c.fleet.health.timeout; }));
  add_count("health_rise", 2, &Fleet::Health::rise);
  add_count("health_fall", 3, &Fleet::Health::fall);
}

}  // namespace

std::string to_string(const Endpoint& endpoint) {
  const bool is_v6 = endpoint.host.find(':') != std::string::npos;
  return (is_v6 ? "[" + endpoint.host + "]" : endpoint.host) + ":" + std::to_string(endpoint.port);
}

bool can_stand_in_a_balancers_file(std::string_view path) {
  return std::ranges::all_of(path, [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != 0x7f &&
           std::string_view("\"'\\$#;{}%").find(c) == std::string_view::npos;
  });
}

bool haproxy_finds_key(const Fleet::Tls& tls) {
  if (tls.key.empty() || tls.key == tls.certificate || tls.key == tls.certificate.string() + ".key") return true;
  return tls.key == std::filesystem::path(tls.certificate).replace_extension(".key");
}

void add_fleet(std::vector<Setting>& list) {
  add_topology(list);
  add_tls(list);
  add_health(list);
  list.push_back(
      millis_setting("fleet", "drain", "30s", "1s", "24h", [](Config& c) -> Millis& { return c.fleet.drain; }));
  list.push_back(integer_setting("fleet", "retries", 3, 0, 10, [](Config& config, std::int64_t value) {
    config.fleet.retries = static_cast<unsigned>(value);
  }));
  list.push_back(text_setting("fleet", "metrics", "127.0.0.1:8404", [](Config& config, const std::string& text) {
    return set_endpoint(config.fleet.metrics, text, true);
  }));
  list.push_back(text_setting("fleet", "runtime_socket", "/run/haproxy/admin.sock", set_runtime_socket));
}

void place_counted_instances(Fleet& fleet) {
  for (std::size_t i = 0; i < fleet.instances.size() && fleet.first_port + i <= port_max; ++i)
    if (Endpoint& endpoint = fleet.instances[i].endpoint; endpoint.port == 0)
      endpoint = {"127.0.0.1", static_cast<std::uint16_t>(fleet.first_port + i)};
}

}  // namespace banyan::config
