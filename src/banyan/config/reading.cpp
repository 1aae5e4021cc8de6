#include "banyan/config/reading.hpp"

#include <algorithm>

#include "banyan/core/utf8.hpp"

namespace banyan::config {
namespace {

constexpr std::size_t repeated_bytes_max = 80;

bool is_before(Position a, Position b) { return a.line != b.line ? a.line < b.line : a.column < b.column; }

}  // namespace

void Problems::put(Problem problem) {
  const auto after = std::ranges::upper_bound(list_, problem, [](const Problem& a, const Problem& b) {
    if (a.file.empty() != b.file.empty()) return b.file.empty();
    return a.line != b.line ? a.line < b.line : a.column < b.column;
  });
  list_.insert(after, std::move(problem));
}

std::vector<Entry> by_position(const toml::table& table) {
  std::vector<Entry> entries;
  for (const auto& [key, node] : table) entries.push_back({std::string(key.str()), key.source().begin, &node});
  std::ranges::sort(entries, is_before, &Entry::at);
  return entries;
}

std::string in_quotes(std::string_view word) {
  std::string text = "'";
  for (const char c : utf8_prefix(word, repeated_bytes_max)) text += static_cast<unsigned char>(c) < ' ' ? '?' : c;
  return text + (word.size() > repeated_bytes_max ? "…'" : "'");
}

}  // namespace banyan::config
