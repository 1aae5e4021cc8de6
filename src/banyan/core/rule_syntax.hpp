#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/core/rule.hpp"

namespace banyan::rules {

inline constexpr std::size_t rule_bytes_max = 4'096;
inline constexpr std::size_t rule_depth_max = 32;
inline constexpr std::size_t rule_nodes_max = 200;

/// A rule as it is written, before names and types are looked at.
struct Syntax {
  enum class Kind : unsigned char {
    any,         ///< `||`; two children or more, as `all`.
    all,         ///< `&&`
    negation,    ///< One child.
    comparison,  ///< `text` is its sign; two children.
    membership,  ///< The first child is in the list of the others.
    sum,         ///< `text` is "+" or "-"; two children.
    path,        ///< `record.owner.name`: its words are `words`.
    call,        ///< `text` is the function; children are what it is given.
    text,        ///< A literal, as the rest. `text` is its value.
    number,      ///< `text` is as it stands, with its minus sign.
    boolean,     ///< `text` is "true" or "false".
    null,
  };
  struct Word {
    std::string text;
    std::size_t begin = 0;
  };

  Kind kind = Kind::null;
  std::size_t begin = 0;  ///< In bytes of the rule.
  std::size_t end = 0;
  std::string text = {};
  std::vector<Word> words = {};
  std::vector<Syntax> children = {};
};

/// The rule's tree; or the first thing wrong with it, its bounds included.
std::expected<Syntax, RuleProblem> parse_rule(std::string_view rule);

}  // namespace banyan::rules
