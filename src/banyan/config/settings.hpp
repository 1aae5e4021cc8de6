#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "banyan/config/config.hpp"

namespace banyan::config {

/// A value as it was given: in the file by its TOML type, in the environment always as text. `monostate` is a type that
/// no setting takes.
struct Given {
  std::variant<std::monostate, bool, std::int64_t, double, std::string, std::vector<std::string>> value;
  bool from_environment = false;
};

/// What is wrong with a value: goes after the setting's name ("must be …").
struct Refusal {
  std::string message;
  std::string hint;
};

/// One key of a section: the same table serves the file, the environment and the test of docs/configuration.md.
struct Setting {
  std::string section;
  std::string key;
  std::string kind;           ///< "size", "duration", "whole number", "word", "text", "true or false", "list of texts".
  std::string default_value;  ///< As TOML; empty where it follows from something else.
  std::string bounds;         ///< "1KiB to 1MiB", "auto, json, text"; empty when there are none.
  std::function<std::optional<Refusal>(Config&, const Given&)> apply;

  std::string name() const { return section + "." + key; }
  /// "BANYAN_SERVER_LISTEN"
  std::string variable() const;
};

/// Every setting that is not part of a collection, in the order of the documents.
std::vector<Setting> all_settings();

}  // namespace banyan::config
