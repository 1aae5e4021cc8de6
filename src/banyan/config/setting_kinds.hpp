#pragma once

#include "banyan/config/settings.hpp"

// Makers of settings, one a kind of value. Defaults and bounds are given as they stand in the documents.
namespace banyan::config {

using Outcome = std::optional<Refusal>;
using SizeOf = std::size_t& (*)(Config&);
using MillisOf = Millis& (*)(Config&);

Setting size_setting(std::string section, std::string key, std::string default_value, std::string min, std::string max,
                     SizeOf target);
/// `assign` gets what lies within the bounds.
Setting duration_setting(std::string section, std::string key, std::string default_value, std::string min,
                         std::string max, std::function<void(Config&, Millis)> assign);
Setting millis_setting(std::string section, std::string key, std::string default_value, std::string min,
                       std::string max, MillisOf target);
Setting integer_setting(std::string section, std::string key, std::int64_t default_value, std::int64_t min,
                        std::int64_t max, std::function<void(Config&, std::int64_t)> assign);
/// `assign` gets the place of the word among `words`.
Setting word_setting(std::string section, std::string key, std::vector<std::string_view> words,
                     std::size_t default_place, std::function<void(Config&, std::size_t)> assign);
/// `assign` judges the text.
Setting text_setting(std::string section, std::string key, std::string default_value,
                     std::function<Outcome(Config&, const std::string&)> assign);
Setting flag_setting(std::string section, std::string key, bool default_value, bool& (*target)(Config&));
/// Empty by default.
Setting list_setting(std::string section, std::string key, std::string example, std::size_t count_max,
                     std::function<Outcome(Config&, std::vector<std::string>)> assign);

}  // namespace banyan::config
