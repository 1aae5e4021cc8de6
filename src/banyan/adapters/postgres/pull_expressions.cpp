#include "banyan/adapters/postgres/pull_expressions.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace banyan::postgres {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Takes `'it''s'` off the text.
std::optional<std::string> take_literal(std::string_view& text) {
  if (!text.starts_with('\'')) return std::nullopt;
  std::string value;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] != '\'') {
      value += text[i];
    } else if (i + 1 < text.size() && text[i + 1] == '\'') {
      value += text[i++];
    } else {
      text.remove_prefix(i + 1);
      return value;
    }
  }
  return std::nullopt;
}

/// Whether it is one of what TOML and JSON both take as a number.
bool is_number(std::string_view text, bool may_have_fraction) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction = point == std::string_view::npos ? std::string_view("0") : text.substr(point + 1);
  if (point != std::string_view::npos && !may_have_fraction) return false;
  const auto all_digits = [](std::string_view part) { return !part.empty() && std::ranges::all_of(part, is_digit); };
  return all_digits(whole) && all_digits(fraction) && whole.size() <= 18 && (whole.size() == 1 || whole.front() != '0');
}

/// `'x'::text`, `(-1)`, `'-1'::integer`: what stands there as text, and whether it stood in quotes.
struct Literal {
  std::string text;
  bool quoted;
};
std::optional<Literal> literal_from(std::string_view expression) {
  while (expression.starts_with('(') && expression.ends_with(')'))
    expression = expression.substr(1, expression.size() - 2);
  if (auto value = take_literal(expression)) {
    if (!expression.empty() && !expression.starts_with("::")) return std::nullopt;
    // One cast, to a type and nothing else: no concatenation, no second literal.
    if (expression.find_first_of("'|+") != std::string_view::npos) return std::nullopt;
    return Literal{std::move(*value), true};
  }
  const std::size_t cast = expression.find("::");
  std::string_view plain = expression.substr(0, cast);
  while (plain.starts_with('(') && plain.ends_with(')')) plain = plain.substr(1, plain.size() - 2);
  return Literal{std::string(plain), false};
}

bool is_now(std::string_view expression) {
  std::string lower(expression.substr(0, expression.find("::")));
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  while (lower.starts_with('(') && lower.ends_with(')')) lower = lower.substr(1, lower.size() - 2);
  constexpr std::array<std::string_view, 6> words{"now()",
                                                  "current_timestamp",
                                                  "current_date",
                                                  "clock_timestamp()",
                                                  "transaction_timestamp()",
                                                  "statement_timestamp()"};
  return std::ranges::find(words, lower) != words.end();
}

/// The definition without spaces, parentheses, casts and double quotes; its literals are `?` and go to `literals`.
std::string skeleton_of(std::string_view definition, std::vector<std::string>& literals) {
  std::string skeleton;
  while (!definition.empty()) {
    if (auto literal = take_literal(definition)) {
      literals.push_back(std::move(*literal));
      skeleton += '?';
    } else if (definition.starts_with("::")) {
      // A type: words, and a length or [] after them.
      definition.remove_prefix(2);
      while (!definition.empty() && (is_word(definition.front()) || definition.front() == ' ')) {
        const bool ends = definition.starts_with(" AND ") || definition.starts_with(" OR ");
        if (ends) break;
        definition.remove_prefix(1);
      }
      if (definition.starts_with("[]")) definition.remove_prefix(2);
    } else {
      if (std::string_view(" ()\"").find(definition.front()) == std::string_view::npos) skeleton += definition.front();
      definition.remove_prefix(1);
    }
  }
  return skeleton;
}

bool takes_range(std::string_view terms, std::string_view column, AllowedValues& allowed) {
  while (!terms.empty()) {
    const std::size_t end = terms.find("AND");
    std::string_view term = terms.substr(0, end);
    terms.remove_prefix(end == std::string_view::npos ? terms.size() : end + 3);
    if (!term.starts_with(column)) return false;
    term.remove_prefix(column.size());
    const bool is_min = term.starts_with(">=");
    if (!is_min && !term.starts_with("<=")) return false;
    term.remove_prefix(2);
    if (!is_number(term, true)) return false;
    (is_min ? allowed.min : allowed.max) = std::string(term);
  }
  return allowed.min || allowed.max;
}

}  // namespace

std::string toml_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (code < 0x20 || code == 0x7f) {
      out += "\\u00";
      out += "0123456789abcdef"[code >> 4];
      out += "0123456789abcdef"[code & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::optional<std::string> default_from(std::string_view expression, FieldType type) {
  const bool has_time = type == FieldType::timestamp || type == FieldType::date;
  if (has_time && is_now(expression)) return "\"now\"";
  const auto literal = literal_from(expression);
  if (!literal) return std::nullopt;
  switch (type) {
    case FieldType::boolean:
      if (literal->text == "true" || literal->text == "false") return literal->text;
      return std::nullopt;
    case FieldType::integer:
      if (is_number(literal->text, false)) return literal->text;
      return std::nullopt;
    case FieldType::number:
      if (is_number(literal->text, true)) return literal->text;
      return std::nullopt;
    case FieldType::json:
      if (literal->text == "{}" || literal->text == "[]") return literal->text;
      return std::nullopt;
    case FieldType::text:
    case FieldType::enumeration:
    case FieldType::uuid:
    case FieldType::date:
      if (literal->quoted) return toml_string(literal->text);
      return std::nullopt;
    default: return std::nullopt;
  }
}

std::optional<AllowedValues> check_from(std::string_view definition, std::string_view column) {
  AllowedValues allowed;
  std::string skeleton = skeleton_of(definition, allowed.values);
  std::string_view rest = skeleton;
  if (!rest.starts_with("CHECK")) return std::nullopt;
  rest.remove_prefix(5);
  if (allowed.values.empty()) {
    if (!takes_range(rest, column, allowed)) return std::nullopt;
    return allowed;
  }
  std::string list;
  for (std::size_t i = 0; i < allowed.values.size(); ++i) list += i == 0 ? "?" : ",?";
  const std::string name(column);
  if (rest != name + "=ANYARRAY[" + list + "]" && rest != name + "=?") return std::nullopt;
  return allowed;
}

}  // namespace banyan::postgres
