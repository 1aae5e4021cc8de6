#include "banyan/core/rule_seen.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <string>

#include "banyan/core/timestamps.hpp"
#include "banyan/core/utf8.hpp"

namespace banyan::rules {
namespace {

using Compared = Condition::Compared;

constexpr std::int64_t micros_per_day = std::int64_t{86'400} * 1'000'000;

Seen text(std::string_view seen) { return {.kind = Seen::Kind::text, .text = seen}; }
Seen integer(std::int64_t seen) { return {.kind = Seen::Kind::integer, .integer = seen}; }
Seen boolean(bool seen) { return {.kind = Seen::Kind::boolean, .boolean = seen}; }
// What the viewer does not have is null.
Seen text_or_null(const std::string& seen) { return seen.empty() ? Seen() : text(seen); }

Seen seen_of(const Value& value) {
  if (const auto* string = std::get_if<std::string>(&value)) return text(*string);
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return integer(*whole);
  if (const auto* number = std::get_if<double>(&value)) return {.kind = Seen::Kind::number, .number = *number};
  if (const auto* truth = std::get_if<bool>(&value)) return boolean(*truth);
  return {};
}

std::int64_t start_of_day(UnixMicros micros) {
  const std::int64_t in_day = micros % micros_per_day;
  return micros - (in_day < 0 ? in_day + micros_per_day : in_day);
}

Seen source_of(const Operand& operand, const RuleInputs& inputs, const RuleRecord* record) {
  using Source = Operand::Source;
  switch (operand.source) {
    case Source::constant: return seen_of(operand.constant);
    case Source::record: return seen_of(record->value(operand.field));
    case Source::related: return seen_of(record->related(operand.reference, operand.field));
    case Source::viewer_id: return text_or_null(inputs.viewer.id);
    case Source::viewer_role: return text_or_null(inputs.viewer.role);
    case Source::viewer_email: return text_or_null(inputs.viewer.email);
    case Source::viewer_is_user: return boolean(inputs.viewer.is_user());
    case Source::now: return integer(inputs.now);
    case Source::today: return integer(start_of_day(inputs.now));
  }
  return {};
}

// A whole number as this program writes it: no plus sign, no leading zeros.
Seen integer_from(std::string_view digits) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool padded = digits.size() > 1 && digits.substr(digits.front() == '-' ? 1 : 0).starts_with('0');
  if (error != std::errc() || end != digits.data() + digits.size() || padded) return {};
  return integer(value);
}

bool is_uuid(std::string_view text) {
  constexpr std::size_t uuid_size = 36;
  if (text.size() != uuid_size) return false;
  for (std::size_t i = 0; i < uuid_size; ++i) {
    const auto c = static_cast<char>(text[i] | 0x20);
    const bool hexadecimal = (text[i] >= '0' && text[i] <= '9') || (c >= 'a' && c <= 'f');
    const bool hyphen_here = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen_here ? text[i] != '-' : !hexadecimal) return false;
  }
  return true;
}

Seen moment_from(std::string_view text) {
  constexpr std::string_view midnight = "T00:00:00Z";
  std::array<char, 32> buffer;
  if (text.size() == 10) {  // A date.
    std::ranges::copy(text, buffer.begin());
    std::ranges::copy(midnight, buffer.begin() + static_cast<std::ptrdiff_t>(text.size()));
    text = std::string_view(buffer.data(), text.size() + midnight.size());
  }
  const auto micros = parse_timestamp(text);
  return micros ? integer(*micros) : Seen();
}

char folded(char c, Term::Function function) {
  if (function == Term::Function::lower && c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  if (function == Term::Function::upper && c >= 'a' && c <= 'z') return static_cast<char>(c - 'a' + 'A');
  return c;
}

bool is_folded(const Seen& a, const Seen& b) {
  return a.folded != Term::Function::none || b.folded != Term::Function::none;
}

int sign_of(int order) { return order < 0 ? -1 : static_cast<int>(order > 0); }

int order_of_texts(const Seen& a, const Seen& b) {
  if (!is_folded(a, b)) return sign_of(a.text.compare(b.text));
  const std::size_t shared = std::min(a.text.size(), b.text.size());
  for (std::size_t i = 0; i < shared; ++i) {
    const auto left = static_cast<unsigned char>(folded(a.text[i], a.folded));
    const auto right = static_cast<unsigned char>(folded(b.text[i], b.folded));
    if (left != right) return left < right ? -1 : 1;
  }
  return a.text.size() == b.text.size() ? 0 : (a.text.size() < b.text.size() ? -1 : 1);
}

template <typename Number>
int order_of_numbers(Number a, Number b) {
  return a < b ? -1 : static_cast<int>(a > b);
}

bool equal_at(const Seen& text, std::size_t at, const Seen& part) {
  for (std::size_t i = 0; i < part.text.size(); ++i)
    if (folded(text.text[at + i], text.folded) != folded(part.text[i], part.folded)) return false;
  return true;
}

bool contains(const Seen& text, const Seen& part) {
  if (!is_folded(text, part)) return text.text.find(part.text) != std::string_view::npos;
  for (std::size_t at = 0; at + part.text.size() <= text.text.size(); ++at)
    if (equal_at(text, at, part)) return true;
  return false;
}

}  // namespace

Seen see(const Operand& operand, Compared compared, const RuleInputs& inputs, const RuleRecord* record) {
  Seen seen = source_of(operand, inputs, record);
  const bool is_text = seen.kind == Seen::Kind::text;
  if (is_text && operand.function == Term::Function::length)
    return integer(static_cast<std::int64_t>(count_code_points(seen.text)));
  if (is_text) seen.folded = operand.function;
  if (compared == Compared::integer && is_text) return integer_from(seen.text);
  if (compared == Compared::uuid && operand.source == Operand::Source::viewer_id) {
    if (!is_uuid(seen.text)) return {};
    seen.folded = Term::Function::lower;
  }
  if (compared == Compared::moment) {
    if (is_text) seen = moment_from(seen.text);
    seen.integer += operand.offset_micros;
  }
  return seen;
}

Value value_of(const Seen& seen) {
  switch (seen.kind) {
    case Seen::Kind::null: break;
    case Seen::Kind::boolean: return seen.boolean;
    case Seen::Kind::integer: return seen.integer;
    case Seen::Kind::number: return seen.number;
    case Seen::Kind::text: {
      std::string own(seen.text);
      for (char& c : own) c = folded(c, seen.folded);
      return own;
    }
  }
  return Null();
}

std::optional<int> order_of(const Seen& a, const Seen& b) noexcept {
  if (a.kind != b.kind || a.is_null()) return std::nullopt;
  switch (a.kind) {
    case Seen::Kind::null: break;
    case Seen::Kind::boolean: return order_of_numbers<int>(a.boolean, b.boolean);
    case Seen::Kind::integer: return order_of_numbers(a.integer, b.integer);
    case Seen::Kind::number: return order_of_numbers(a.number, b.number);
    case Seen::Kind::text: return order_of_texts(a, b);
  }
  return std::nullopt;
}

bool holds(CompareOp op, int order) noexcept {
  switch (op) {
    case CompareOp::eq: return order == 0;
    case CompareOp::neq: return order != 0;
    case CompareOp::gt: return order > 0;
    case CompareOp::gte: return order >= 0;
    case CompareOp::lt: return order < 0;
    case CompareOp::lte: return order <= 0;
    default: return false;
  }
}

bool text_matches(Condition::Kind kind, const Seen& text, const Seen& part) noexcept {
  if (text.kind != Seen::Kind::text || part.kind != Seen::Kind::text) return false;
  if (part.text.size() > text.text.size()) return false;
  switch (kind) {
    case Condition::Kind::starts_with: return equal_at(text, 0, part);
    case Condition::Kind::ends_with: return equal_at(text, text.text.size() - part.text.size(), part);
    case Condition::Kind::contains: return contains(text, part);
    default: return false;
  }
}

}  // namespace banyan::rules
