#include "banyan/core/value.hpp"

#include <cassert>

namespace banyan {
namespace {

template <typename T>
int three_way(const T& a, const T& b) noexcept {
  return a < b ? -1 : (b < a ? 1 : 0);
}

char fold(char c, bool fold_ascii_case) noexcept {
  return fold_ascii_case && c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// The place after the code point that begins at `at`; one byte on where the text is not UTF-8.
std::size_t after_code_point(std::string_view text, std::size_t at) noexcept {
  ++at;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) ++at;
  return at;
}

/// Matches the pattern from `at` on, up to its next `%`, against the beginning of `text`: how much of each was used,
/// or nothing. Literal bytes are compared one by one: in UTF-8 equal bytes are equal code points.
struct Stretch {
  std::size_t pattern_end;
  std::size_t text_end;
  bool matched;
};
Stretch match_stretch(std::string_view text, std::size_t t, std::string_view pattern, std::size_t p,
                      bool fold_ascii_case) noexcept {
  while (p < pattern.size() && pattern[p] != '%') {
    if (t == text.size()) return {p, t, false};
    if (pattern[p] == '_') {
      t = after_code_point(text, t);
      ++p;
      continue;
    }
    if (pattern[p] == '\\' && p + 1 < pattern.size()) ++p;
    if (fold(pattern[p], fold_ascii_case) != fold(text[t], fold_ascii_case)) return {p, t, false};
    ++p;
    ++t;
  }
  return {p, t, true};
}

constexpr std::size_t steps_between_looks = 1U << 16U;

bool is_stopped(StopCheck& stop, std::size_t steps) noexcept {
  stop.steps += steps;
  if (stop.steps < steps_between_looks) return false;
  stop.steps = 0;
  return stop.should_stop != nullptr && stop.should_stop(stop.argument);
}

}  // namespace

int compare_values(const Value& a, const Value& b) noexcept {
  assert(a.index() == b.index());
  if (a.index() != b.index()) return three_way(a.index(), b.index());
  if (const auto* text = std::get_if<std::string>(&a)) {
    const int order = text->compare(*std::get_if<std::string>(&b));  // char_traits compares bytes as unsigned
    return three_way(order, 0);
  }
  if (const auto* integer = std::get_if<std::int64_t>(&a)) return three_way(*integer, *std::get_if<std::int64_t>(&b));
  if (const auto* number = std::get_if<double>(&a)) return three_way(*number, *std::get_if<double>(&b));
  if (const auto* boolean = std::get_if<bool>(&a)) return three_way(*boolean, *std::get_if<bool>(&b));
  return 0;
}

bool matches_like(std::string_view text, std::string_view pattern, bool fold_ascii_case) noexcept {
  StopCheck never;
  return matches_like(text, pattern, fold_ascii_case, never).value_or(false);
}

std::optional<bool> matches_like(std::string_view text, std::string_view pattern, bool fold_ascii_case,
                                 StopCheck& stop) noexcept {
  // Wildcard matching that goes back to the latest `%` only: a stretch between two `%` that fits at its first place
  // leaves the most for the rest, so earlier `%` need no second look. At most |text| * |pattern| steps.
  std::size_t t = 0;
  std::size_t p = 0;
  bool after_percent = false;
  while (true) {
    const Stretch stretch = match_stretch(text, t, pattern, p, fold_ascii_case);
    if (is_stopped(stop, stretch.pattern_end - p + 1)) return std::nullopt;
    const bool at_pattern_end = stretch.matched && stretch.pattern_end == pattern.size();
    if (at_pattern_end && stretch.text_end == text.size()) return true;
    if (stretch.matched && !at_pattern_end) {
      t = stretch.text_end;
      p = stretch.pattern_end + 1;  // past the `%`
      if (p == pattern.size()) return true;
      after_percent = true;
      continue;
    }
    if (!after_percent || t >= text.size()) return false;
    t = after_code_point(text, t);
  }
}

}  // namespace banyan
