#include "banyan/api/query/scanner.hpp"

#include <algorithm>
#include <utility>

namespace banyan::api {
namespace {

constexpr std::string_view blanks = " \t";

}  // namespace

std::unexpected<Error> malformed(std::string message, std::string hint, std::string reason) {
  return fail(Error(ErrorCode::invalid, std::move(message)).with_reason(std::move(reason)).with_hint(std::move(hint)));
}

std::string quoted(std::string_view text) { return "'" + std::string(text.substr(0, 64)) + "'"; }

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool Scanner::take(std::string_view token) noexcept {
  if (!rest_.starts_with(token)) return false;
  rest_.remove_prefix(token.size());
  return true;
}

bool Scanner::take_mark(char mark) noexcept {
  const std::size_t place = rest_.find_first_not_of(blanks);
  if (place == std::string_view::npos || rest_[place] != mark) return false;
  rest_.remove_prefix(place + 1);
  skip_blanks();
  return true;
}

void Scanner::skip_blanks() noexcept { rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), rest_.size())); }

std::string_view Scanner::take_bytes(std::size_t count) noexcept {
  const std::string_view taken = rest_.substr(0, count);
  rest_.remove_prefix(taken.size());
  return taken;
}

std::string_view Scanner::take_until(std::string_view stops) noexcept {
  return take_bytes(std::min(rest_.find_first_of(stops), rest_.size()));
}

std::optional<std::string> Scanner::take_quoted() {
  std::string text;
  for (std::size_t i = 0; i < rest_.size(); ++i) {
    if (rest_[i] == '"') {
      rest_.remove_prefix(i + 1);
      return text;
    }
    if (rest_[i] == '\\' && i + 1 < rest_.size()) ++i;
    text.push_back(rest_[i]);
  }
  return std::nullopt;
}

std::unexpected<Error> Scanner::unexpected_here(std::string_view wanted) const {
  const std::string found = rest_.empty() ? "the end" : "'" + std::string(rest_.substr(0, 16)) + "'";
  return malformed("At character " + std::to_string(size_ - rest_.size() + 1) + " " + std::string(wanted) +
                       " is expected, not " + found + ".",
                   std::string(hint_));
}

}  // namespace banyan::api
