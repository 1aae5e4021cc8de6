#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "banyan/base/result.hpp"

namespace banyan::api {

/// `invalid` with the reason `malformed_query`, unless told.
std::unexpected<Error> malformed(std::string message, std::string hint, std::string reason = "malformed_query");

/// 'text', cut where it is long.
std::string quoted(std::string_view text);

/// The text without the blanks around it.
std::string_view trimmed(std::string_view text) noexcept;

/// Reads a text from left to right. Lifetime: the text outlives it.
class Scanner {
 public:
  /// `hint` says how the whole should look.
  Scanner(std::string_view text, std::string_view hint) : rest_(text), size_(text.size()), hint_(hint) {}

  bool done() const noexcept { return rest_.empty(); }
  bool at(std::string_view token) const noexcept { return rest_.starts_with(token); }
  std::string_view rest() const noexcept { return rest_; }
  std::string_view hint() const noexcept { return hint_; }

  bool take(std::string_view token) noexcept;
  /// A comma or a bracket, with the blanks around it. Without it nothing is taken.
  bool take_mark(char mark) noexcept;
  void skip_blanks() noexcept;
  std::string_view take_bytes(std::size_t count) noexcept;
  /// Up to the first of these bytes, or to the end.
  std::string_view take_until(std::string_view stops) noexcept;
  /// After an opening double quote: up to the closing one, which is taken too; a backslash takes the next byte as it
  /// is. Nothing where it does not end.
  std::optional<std::string> take_quoted();

  /// "At character 3 ')' is expected, not 'x'."
  std::unexpected<Error> unexpected_here(std::string_view wanted) const;

 private:
  std::string_view rest_;
  std::size_t size_;
  std::string_view hint_;
};

}  // namespace banyan::api
