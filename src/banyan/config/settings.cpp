#include "banyan/config/settings.hpp"

#include <algorithm>
#include <charconv>

#include "banyan/base/words.hpp"
#include "banyan/config/endpoints.hpp"
#include "banyan/config/units.hpp"
#include "banyan/core/utf8.hpp"

namespace banyan::config {
namespace {

using Outcome = std::optional<Refusal>;

constexpr std::size_t app_name_bytes_max = 100;
constexpr std::size_t origins_max = 100;

const std::string* text_of(const Given& given) { return std::get_if<std::string>(&given.value); }

std::optional<std::int64_t> integer_of(const Given& given) {
  if (const auto* integer = std::get_if<std::int64_t>(&given.value)) return *integer;
  const auto* text = text_of(given);
  if (!given.from_environment || text == nullptr) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return value;
}

std::optional<bool> boolean_of(const Given& given) {
  if (const auto* boolean = std::get_if<bool>(&given.value)) return *boolean;
  const auto* text = text_of(given);
  if (!given.from_environment || text == nullptr || (*text != "true" && *text != "false")) return std::nullopt;
  return *text == "true";
}

std::optional<std::vector<std::string>> list_of(const Given& given) {
  if (const auto* list = std::get_if<std::vector<std::string>>(&given.value)) return *list;
  const auto* text = text_of(given);
  if (!given.from_environment || text == nullptr) return std::nullopt;
  std::vector<std::string> list;
  for (std::size_t begin = 0; begin <= text->size();) {
    const std::size_t comma = std::min(text->find(',', begin), text->size());
    list.push_back(text->substr(begin, comma - begin));
    begin = comma + 1;
  }
  return list;
}

using SizeOf = std::size_t& (*)(Config&);
using MillisOf = Millis& (*)(Config&);

Setting size_setting(std::string section, std::string key, std::string default_value, std::string min, std::string max,
                     SizeOf target) {
  const std::string bounds = min + " to " + max;
  const auto apply = [=, low = *parse_size(min), high = *parse_size(max)](Config& config,
                                                                          const Given& given) -> Outcome {
    const auto* text = text_of(given);
    const auto bytes = text == nullptr ? std::nullopt : parse_size(*text);
    if (!bytes)
      return Refusal{"must be a size with its unit, for example \"" + default_value + "\"",
                     "Units are B, KB, MB, GB (thousands) and KiB, MiB, GiB (of 1024)."};
    if (*bytes < low || *bytes > high) return Refusal{"must be from " + bounds, ""};
    target(config) = *bytes;
    return std::nullopt;
  };
  return {section, key, "size", "\"" + default_value + "\"", bounds, apply};
}

// `assign` gets what lies within the bounds.
template <typename Assign>
Setting duration_setting(std::string section, std::string key, std::string default_value, std::string min,
                         std::string max, Assign assign) {
  const std::string bounds = min + " to " + max;
  const auto apply = [=, low = *parse_duration(min), high = *parse_duration(max)](Config& config,
                                                                                  const Given& given) -> Outcome {
    const auto* text = text_of(given);
    const auto millis = text == nullptr ? std::nullopt : parse_duration(*text);
    if (!millis)
      return Refusal{"must be a duration with its unit, for example \"" + default_value + "\"",
                     "Units are ms, s, m, h."};
    if (*millis < low || *millis > high) return Refusal{"must be from " + bounds, ""};
    assign(config, *millis);
    return std::nullopt;
  };
  return {section, key, "duration", "\"" + default_value + "\"", bounds, apply};
}

Setting millis_setting(std::string section, std::string key, std::string default_value, std::string min,
                       std::string max, MillisOf target) {
  return duration_setting(std::move(section), std::move(key), std::move(default_value), std::move(min), std::move(max),
                          [=](Config& config, Millis millis) { target(config) = millis; });
}

template <typename Assign>
Setting integer_setting(std::string section, std::string key, std::int64_t default_value, std::int64_t min,
                        std::int64_t max, Assign assign) {
  const std::string bounds = std::to_string(min) + " to " + std::to_string(max);
  const auto apply = [=](Config& config, const Given& given) -> Outcome {
    const auto value = integer_of(given);
    if (!value || *value < min || *value > max) return Refusal{"must be a whole number from " + bounds, ""};
    assign(config, *value);
    return std::nullopt;
  };
  return {section, key, "whole number", std::to_string(default_value), bounds, apply};
}

// `assign` gets the place of the word; words[0] is the default.
template <typename Assign>
Setting word_setting(std::string section, std::string key, std::vector<std::string_view> words,
                     std::size_t default_place, Assign assign) {
  std::string listed;
  for (const auto word : words) listed += (listed.empty() ? "" : ", ") + std::string(word);
  const std::string default_value = "\"" + std::string(words[default_place]) + "\"";
  const auto apply = [=](Config& config, const Given& given) -> Outcome {
    const auto* text = text_of(given);
    if (text == nullptr) return Refusal{"must be one of " + listed, ""};
    const auto found = std::ranges::find(words, *text);
    if (found == words.end()) return Refusal{"must be one of " + listed + did_you_mean(*text, words), ""};
    assign(config, static_cast<std::size_t>(found - words.begin()));
    return std::nullopt;
  };
  return {section, key, "word", default_value, listed, apply};
}

Setting text_setting(std::string section, std::string key, std::string default_value,
                     Outcome (*assign)(Config&, const std::string&)) {
  const auto apply = [=](Config& config, const Given& given) -> Outcome {
    const auto* text = text_of(given);
    return text == nullptr ? Refusal{"must be text in quotes", ""} : assign(config, *text);
  };
  return {section, key, "text", default_value.empty() ? "" : "\"" + default_value + "\"", "", apply};
}

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

Setting access_log_setting() {
  const auto apply = [](Config& config, const Given& given) -> Outcome {
    const auto value = boolean_of(given);
    if (!value) return Refusal{"must be true or false", ""};
    config.log.access = *value;
    return std::nullopt;
  };
  return {"log", "access", "true or false", "true", "", apply};
}

Setting origins_setting() {
  const auto apply = [](Config& config, const Given& given) -> Outcome {
    const auto origins = list_of(given);
    if (!origins) return Refusal{"must be a list of texts, for example [\"https://app.example.com\"]", ""};
    if (origins->size() > origins_max) return Refusal{"must have at most 100 origins", ""};
    for (const std::string& origin : *origins)
      if (auto refusal = check_origin(origin)) return refusal;
    config.server.cors_origins = *origins;
    return std::nullopt;
  };
  return {"cors", "origins", "list of texts", "[]", "at most 100", apply};
}

void add_server(std::vector<Setting>& list) {
  list.push_back(text_setting("app", "name", "banyan", set_app_name));
  list.push_back(text_setting("server", "listen", "127.0.0.1:8080",
                              [](Config& config, const std::string& text) { return set_listen(config.server, text); }));
  list.push_back(integer_setting("server", "loops", 0, 0, 256, [](Config& config, std::int64_t value) {
    config.server.loops = static_cast<std::size_t>(value);
  }));
  list.push_back(origins_setting());
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
  list.push_back(text_setting("cache", "url", "memory:64MB", [](Config& config, const std::string& text) {
    return set_cache_url(config.cache, text);
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
  list.push_back(access_log_setting());
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
  return list;
}

}  // namespace banyan::config
