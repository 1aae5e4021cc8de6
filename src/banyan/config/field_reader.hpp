#pragma once

#include "banyan/config/reading.hpp"
#include "banyan/core/schema.hpp"

namespace banyan::config {

struct ReadField {
  Field field;
  std::vector<std::pair<std::string, Position>> keys;  ///< Where the value of each key stands.
  bool sound = false;  ///< False when something was wrong: what complete() finds then would be noise.
};

/// One field of a collection: `{ type = "text", required = true }`. `place` ("users.name") begins its messages.
ReadField read_field(const Entry& entry, const std::string& place, Problems& problems);

/// Whether the text is a rule, and not a word that stands for one.
bool is_rule(std::string_view text);

}  // namespace banyan::config
