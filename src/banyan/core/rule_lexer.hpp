#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/core/rule.hpp"

namespace banyan::rules {

struct Token {
  enum class Kind : unsigned char {
    end,
    word,    ///< Of letters, digits and `_`; `text` is the word.
    text,    ///< `text` is what stands between the quotes, without escapes.
    number,  ///< `text` is as it stands.
    sign,    ///< `text` is "==", "&&", "(" and their like.
  };
  Kind kind = Kind::end;
  std::size_t begin = 0;  ///< In bytes of the rule.
  std::size_t end = 0;
  std::string text = {};

  bool is_sign(std::string_view sign) const noexcept { return kind == Kind::sign && text == sign; }
  bool is_word(std::string_view word) const noexcept { return kind == Kind::word && text == word; }
};

/// The tokens of a rule; the last is `end`.
std::expected<std::vector<Token>, RuleProblem> tokens_of(std::string_view rule);

}  // namespace banyan::rules
