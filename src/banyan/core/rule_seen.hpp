#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "banyan/core/rule_condition.hpp"

namespace banyan::rules {

/// What an operand comes to, as its comparison takes it. Owns nothing: lives as long as what it was seen in.
struct Seen {
  enum class Kind : unsigned char { null, boolean, integer, number, text };
  Kind kind = Kind::null;
  Term::Function folded = Term::Function::none;  ///< Of a text: lower or upper, not done yet.
  bool boolean = false;
  std::int64_t integer = 0;
  double number = 0;
  std::string_view text = {};

  bool is_null() const noexcept { return kind == Kind::null; }
};

/// Null for what cannot be taken that way. `record` is there for operands of the record.
Seen see(const Operand& operand, Condition::Compared compared, const RuleInputs& inputs, const RuleRecord* record);

/// The same as a value of its own.
Value value_of(const Seen& seen);

/// -1, 0 or 1; nothing where one is null.
std::optional<int> order_of(const Seen& a, const Seen& b) noexcept;
bool holds(CompareOp op, int order) noexcept;
/// Kind is starts_with, ends_with or contains; false where one is null.
bool text_matches(Condition::Kind kind, const Seen& text, const Seen& part) noexcept;

}  // namespace banyan::rules
