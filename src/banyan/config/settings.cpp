#include "banyan/config/settings.hpp"

#include <algorithm>

#include "banyan/config/endpoints.hpp"
#include "banyan/config/fleet_settings.hpp"
#include "banyan/config/setting_kinds.hpp"
#include "banyan/core/utf8.hpp"

namespace banyan::config {
namespace {

constexpr std::size_t app_name_bytes_max = 100;
constexpr std::size_t origins_max = 100;
constexpr std::size_t proxies_max = 100;
constexpr std::size_t replicas_max = 16;
constexpr std::size_t anonymous_key_bytes_max = 512;

Outcome set_app_name(Config& config, const std::string& text) {
  const bool has_control = std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < ' '; });
  if (text.empty() || text.size() > app_name_bytes_max || has_control || !is_valid_utf8(text))
    return Refusal{"must be text of 1 to 100 bytes on one line", ""};
  config.app_name = text;
  return std::nullopt;
}

Outcome set_service_key_file(Config& config, const std::string& text) {
  if (text.empty() || text.ends_with('/') || text.find('\0') != std::string::npos)
    return Refusal{"must name a file", ""};
  config.service_key_file = text;
  return std::nullopt;
}

Outcome set_anonymous_key(Config& config, const std::string& text) {
  const bool printable = std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
  if (!printable || text.empty() || text.size() > anonymous_key_bytes_max)
    return Refusal{"must have 1 to 512 printable ASCII characters without spaces",
                   "It is no secret: clients that must send a key send this one, and ask as anyone."};
  config.api.anonymous_key = text;
  return std::nullopt;
}

Outcome set_origins(Config& config, std::vector<std::string> origins) {
  for (const std::string& origin : origins)
    if (auto refusal = check_origin(origin)) return refusal;
  config.server.cors_origins = std::move(origins);
  return std::nullopt;
}

Outcome set_trusted_proxies(Config& config, const std::vector<std::string>& list) {
  std::vector<AddressRange> ranges;
  for (const std::string& text : list) {
    const auto range = parse_address_range(text);
    if (!range)
      return Refusal{"must be numeric addresses or networks, for example [\"10.0.0.0/8\", \"127.0.0.1\"]", ""};
    ranges.push_back(*range);
  }
  config.server.trusted_proxies = std::move(ranges);
  return std::nullopt;
}

void add_server(std::vector<Setting>& list) {
  list.push_back(text_setting("app", "name", "banyan", set_app_name));
  list.push_back(text_setting("server", "listen", "127.0.0.1:8080",
                              [](Config& config, const std::string& text) { return set_listen(config.server, text); }));
  list.push_back(integer_setting("server", "loops", 0, 0, 256, [](Config& config, std::int64_t value) {
    config.server.loops = static_cast<std::size_t>(value);
  }));
  list.push_back(
      list_setting("server", "trusted_proxies", "[\"10.0.0.0/8\", \"127.0.0.1\"]", proxies_max, set_trusted_proxies));
  list.push_back(list_setting("cors", "origins", "[\"https://app.example.com\"]", origins_max, set_origins));
  list.push_back(duration_setting("cors", "max_age", "10m", "0s", "24h", [](Config& config, Millis millis) {
    config.server.cors_max_age = std::chrono::duration_cast<std::chrono::seconds>(millis);
  }));
}

void add_limits(std::vector<Setting>& list) {
  const auto add_size = [&](const char* key, const char* value, const char* min, const char* max, SizeOf target) {
    list.push_back(size_setting("limits", key, value, min, max, target));
  };
  const auto add_count = [&](const char* key, std::int64_t value, std::int64_t max, SizeOf target) {
    list.push_back(integer_setting("limits", key, value, 1, max, [=](Config& config, std::int64_t given) {
      target(config) = static_cast<std::size_t>(given);
    }));
  };
  const auto add_time = [&](const char* key, const char* value, MillisOf target) {
    list.push_back(millis_setting("limits", key, value, "10ms", "24h", target));
  };
  add_size("request_line", "8KiB", "64B", "1MiB",
           [](Config& c) -> std::size_t& { return c.server.limits.request_line_bytes; });
  add_size("headers", "16KiB", "256B", "1MiB", [](Config& c) -> std::size_t& { return c.server.limits.header_bytes; });
  add_count("header_count", 100, 10'000, [](Config& c) -> std::size_t& { return c.server.limits.header_count; });
  add_size("body", "1MiB", "1B", "1GiB", [](Config& c) -> std::size_t& { return c.server.limits.body_bytes; });
  add_size("body_memory", "256MiB", "64KiB", "1000GiB",
           [](Config& c) -> std::size_t& { return c.server.limits.body_memory_bytes; });
  add_count("connections", 20'000, 1'000'000, [](Config& c) -> std::size_t& { return c.server.limits.connections; });
  add_count("pipelined_requests", 64, 10'000,
            [](Config& c) -> std::size_t& { return c.server.limits.pipelined_requests; });
  add_time("header_timeout", "10s", [](Config& c) -> Millis& { return c.server.limits.header_timeout; });
  add_time("body_timeout", "30s", [](Config& c) -> Millis& { return c.server.limits.body_timeout; });
  add_time("idle_timeout", "75s", [](Config& c) -> Millis& { return c.server.limits.idle_timeout; });
  add_time("request_timeout", "30s", [](Config& c) -> Millis& { return c.server.limits.request_timeout; });
  add_time("write_timeout", "30s", [](Config& c) -> Millis& { return c.server.limits.write_timeout; });
  add_time("shutdown_timeout", "10s", [](Config& c) -> Millis& { return c.server.limits.shutdown_timeout; });
}

void add_stores(std::vector<Setting>& list) {
  list.push_back(text_setting("database", "url", "sqlite:data/app.db", [](Config& config, const std::string& text) {
    return set_database_url(config.database, text);
  }));
  list.push_back(integer_setting("database", "connections", 12, 5, 1000, [](Config& config, std::int64_t value) {
    config.database.connections = static_cast<std::size_t>(value);
  }));
  list.push_back(list_setting(
      "database", "replicas", "[\"postgres://user:password@replica:5432/shop\"]", replicas_max,
      [](Config& config, std::vector<std::string> urls) { return set_replicas(config.database, std::move(urls)); }));
  list.push_back(millis_setting("database", "max_lag", "10s", "100ms", "24h",
                                [](Config& c) -> Millis& { return c.database.max_lag; }));
  list.push_back(text_setting("cache", "url", "memory:64MB", [](Config& config, const std::string& text) {
    return set_cache_url(config.cache, text);
  }));
  list.push_back(text_setting("cache", "local", "16MB", [](Config& config, const std::string& text) {
    return set_cache_local(config.cache, text);
  }));
  list.push_back(
      millis_setting("cache", "ttl", "10m", "100ms", "720h", [](Config& c) -> Millis& { return c.cache.ttl; }));
  list.push_back(millis_setting("cache", "negative_ttl", "30s", "100ms", "720h",
                                [](Config& c) -> Millis& { return c.cache.negative_ttl; }));
}

void add_rest(std::vector<Setting>& list) {
  list.push_back(word_setting("log", "format", {"auto", "json", "text"}, 0, [](Config& config, std::size_t place) {
    config.log.format = static_cast<Log::Format>(place);
  }));
  list.push_back(
      word_setting("log", "level", {"debug", "info", "warning", "error"}, 1,
                   [](Config& config, std::size_t place) { config.log.level = static_cast<Log::Level>(place); }));
  list.push_back(flag_setting("log", "access", true, [](Config& c) -> bool& { return c.log.access; }));
  list.push_back(word_setting("metrics", "access", {"anyone", "service"}, 0, [](Config& config, std::size_t place) {
    config.metrics.access = static_cast<Metrics::Access>(place);
  }));
  const auto add_count = [&](const char* key, std::int64_t value, std::int64_t max, std::uint32_t Api::* target) {
    list.push_back(integer_setting("api", key, value, 1, max, [=](Config& config, std::int64_t given) {
      config.api.*target = static_cast<std::uint32_t>(given);
    }));
  };
  add_count("default_limit", 100, 100'000, &Api::default_limit);
  add_count("max_limit", 1'000, 100'000, &Api::max_limit);
  add_count("max_batch", 1'000, 10'000, &Api::max_batch);
  list.push_back(text_setting("api", "anonymous_key", "", set_anonymous_key));
  list.push_back(text_setting("service_key", "file", "", set_service_key_file));
}

}  // namespace

std::string Setting::variable() const {
  std::string text = "BANYAN_" + section + "_" + key;
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return text;
}

std::vector<Setting> all_settings() {
  std::vector<Setting> list;
  add_server(list);
  add_limits(list);
  add_stores(list);
  add_rest(list);
  add_fleet(list);
  return list;
}

}  // namespace banyan::config
