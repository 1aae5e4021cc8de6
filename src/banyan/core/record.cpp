#include "banyan/core/record.hpp"

#include <array>
#include <charconv>

namespace banyan {

std::string to_string(const RecordKey& key) {
  std::string text;
  append_to(text, key);
  return text;
}

void append_to(std::string& text, const RecordKey& key) {
  text += key.collection->name;
  text += ':';
  if (const auto* number = std::get_if<std::int64_t>(&key.id)) {
    std::array<char, 20> digits;  // the longest: -9223372036854775808
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), *number).ptr;
    text.append(digits.data(), end);
  } else if (const auto* uuid = std::get_if<std::string>(&key.id)) {
    text += *uuid;
  }
}

}  // namespace banyan
