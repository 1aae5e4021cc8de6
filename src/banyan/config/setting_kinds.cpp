#include "banyan/config/setting_kinds.hpp"

#include <algorithm>

#include "banyan/base/numbers.hpp"
#include "banyan/base/words.hpp"
#include "banyan/config/units.hpp"

namespace banyan::config {
namespace {

const std::string* text_of(const Given& given) { return std::get_if<std::string>(&given.value); }

std::optional<std::int64_t> integer_of(const Given& given) {
  if (const auto* integer = std::get_if<std::int64_t>(&given.value)) return *integer;
  const auto* text = text_of(given);
  if (!given.from_environment || text == nullptr) return std::nullopt;
  return parse_whole<std::int64_t>(*text);
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

}  // namespace

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

Setting duration_setting(std::string section, std::string key, std::string default_value, std::string min,
                         std::string max, std::function<void(Config&, Millis)> assign) {
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

Setting integer_setting(std::string section, std::string key, std::int64_t default_value, std::int64_t min,
                        std::int64_t max, std::function<void(Config&, std::int64_t)> assign) {
  const std::string bounds = std::to_string(min) + " to " + std::to_string(max);
  const auto apply = [=](Config& config, const Given& given) -> Outcome {
    const auto value = integer_of(given);
    if (!value || *value < min || *value > max) return Refusal{"must be a whole number from " + bounds, ""};
    assign(config, *value);
    return std::nullopt;
  };
  return {section, key, "whole number", std::to_string(default_value), bounds, apply};
}

Setting word_setting(std::string section, std::string key, std::vector<std::string_view> words,
                     std::size_t default_place, std::function<void(Config&, std::size_t)> assign) {
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
                     std::function<Outcome(Config&, const std::string&)> assign) {
  const auto apply = [=](Config& config, const Given& given) -> Outcome {
    const auto* text = text_of(given);
    return text == nullptr ? Refusal{"must be text in quotes", ""} : assign(config, *text);
  };
  return {section, key, "text", default_value.empty() ? "" : "\"" + default_value + "\"", "", apply};
}

Setting flag_setting(std::string section, std::string key, bool default_value, bool& (*target)(Config&)) {
  const auto apply = [=](Config& config, const Given& given) -> Outcome {
    const auto value = boolean_of(given);
    if (!value) return Refusal{"must be true or false", ""};
    target(config) = *value;
    return std::nullopt;
  };
  return {section, key, "true or false", default_value ? "true" : "false", "", apply};
}

Setting list_setting(std::string section, std::string key, std::string example, std::size_t count_max,
                     std::function<Outcome(Config&, std::vector<std::string>)> assign) {
  const auto apply = [=](Config& config, const Given& given) -> Outcome {
    auto list = list_of(given);
    if (!list) return Refusal{"must be a list of texts, for example " + example, ""};
    if (list->size() > count_max) return Refusal{"must have at most " + std::to_string(count_max) + " texts", ""};
    return assign(config, std::move(*list));
  };
  return {section, key, "list of texts", "[]", "at most " + std::to_string(count_max), apply};
}

}  // namespace banyan::config
