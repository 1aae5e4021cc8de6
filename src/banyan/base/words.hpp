#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace banyan {

/// The word of `candidates` nearest to `word` (Damerau-Levenshtein distance, at most a third of its length, at least
/// 1); nothing when none is near. For "did you mean".
std::optional<std::string_view> nearest_word(std::string_view word, std::span<const std::string_view> candidates);

/// ", did you mean 'text'?" or an empty text.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace banyan
