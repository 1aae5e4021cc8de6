#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace banyan::config {

/// Words that are known, and other words that people use for them.
struct Vocabulary {
  std::span<const std::string_view> words;
  std::span<const std::pair<std::string_view, std::string_view>> synonyms;  ///< {"varchar", "text"}
};

/// ", did you mean 'text'?" or an empty text: the word that is nearest, or for which a synonym is; misspelt synonyms
/// count too.
std::string suggestion(std::string_view word, const Vocabulary& vocabulary);

Vocabulary section_vocabulary();
Vocabulary type_vocabulary();
Vocabulary collection_key_vocabulary();
Vocabulary field_key_vocabulary();

}  // namespace banyan::config
