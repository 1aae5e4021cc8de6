#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace banyan {

struct Null {
  auto operator<=>(const Null&) const = default;
};

/// One value of a field, the same in every store; docs/values.md is the contract.
///
/// boolean is bool; integer and references to integer ids are int64; number is a finite double, never -0.0; all the
/// rest is text in its canonical form: timestamp `2026-11-23T18:17:05.123456Z` (always six digits), date
/// `2026-11-23`, uuid in lower case, json as canonical JSON text. Equality and order of text are those of its bytes,
/// which for timestamps and dates is the order of time.
using Value = std::variant<Null, bool, std::int64_t, double, std::string>;

inline bool is_null(const Value& value) noexcept { return std::holds_alternative<Null>(value); }

/// -1, 0 or 1; both of the same alternative, neither null. The order that every store's `order` and `lt` obey.
int compare_values(const Value& a, const Value& b) noexcept;

/// Whether `text` matches the pattern of `like` (docs/values.md): `%` any run, `_` any one code point, `\` takes the
/// next character as it is, and stands for itself where none follows. With `fold_ascii_case`, A-Z equals a-z and
/// nothing else folds. Both texts are valid UTF-8. Takes at most |text| * |pattern| steps.
bool matches_like(std::string_view text, std::string_view pattern, bool fold_ascii_case) noexcept;

/// Asked now and then, in the midst of long work, whether to give it up.
struct StopCheck {
  bool (*should_stop)(const void* argument) = nullptr;  ///< Nothing: never.
  const void* argument = nullptr;
  std::size_t steps = 0;  ///< Since it was last asked; goes on from one match to the next.
};

/// The same; nothing when it was given up. Asks about every 2^16 steps, well under a millisecond, plus what one stretch
/// of the pattern without `%` takes.
std::optional<bool> matches_like(std::string_view text, std::string_view pattern, bool fold_ascii_case,
                                 StopCheck& stop) noexcept;

}  // namespace banyan
