#include "banyan/api/query/operands.hpp"

#include <algorithm>
#include <utility>

#include "banyan/core/json_text.hpp"
#include "banyan/core/record_json.hpp"
#include "banyan/http/characters.hpp"

namespace banyan::api {
namespace {

constexpr const char* wrong_operand = "wrong_operand";

// As PostgreSQL reads them; in a text a blank is a character like others.
bool takes_blanks(FieldType type) {
  return type == FieldType::integer || type == FieldType::number || type == FieldType::boolean ||
         type == FieldType::timestamp || type == FieldType::date;
}

}  // namespace

Result<Value> json_operand(std::string_view text) {
  constexpr const char* hint = "Write JSON: a number, true, \"a text\" in double quotes, [1,2] or {\"a\":1}.";
  const auto parsed = parse_json(text);
  if (!parsed) return malformed(quoted(text) + " is not JSON: " + parsed.error().message, hint, wrong_operand);
  Result<std::string> canonical = canonical_json(*parsed);
  if (!canonical) return malformed(quoted(text) + ": " + canonical.error().message, hint, wrong_operand);
  return std::move(*canonical);
}

std::string word_of_is(std::string_view operand) {
  std::string word(trimmed(operand));
  std::ranges::transform(word, word.begin(), http::lower);
  return word;
}

Result<Value> operand_of(const Column& column, std::string_view text) {
  if (column.is_path_text()) return std::string(text);
  if (column.is_path()) return json_operand(text);
  if (column.is_json())
    return malformed("'" + column.field->name + "' is json, which is not compared as a whole.",
                     "Ask is.null, cs or cd of it, or look into it: " + column.field->name + "->>key.");
  Result<Value> value = value_from_text(*column.field, takes_blanks(column.field->type) ? trimmed(text) : text);
  if (value) return value;
  Error& error = value.error();
  if (error.reason.empty()) error.reason = wrong_operand;
  if (error.hint.empty())
    error.hint = "Give a value of the field's type, " + std::string(to_string(column.field->type)) + ".";
  return value;
}

std::string pattern_of(std::string_view text) {
  std::string pattern;
  pattern.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      if (text[i + 1] != '*') pattern.push_back('\\');
      pattern.push_back(text[++i]);
    } else {
      pattern.push_back(text[i] == '*' ? '%' : text[i]);
    }
  }
  return pattern;
}

Result<std::vector<std::string>> elements_of(std::string_view text, char open, std::string_view word,
                                             std::size_t elements_max) {
  const std::string name = "'" + std::string(word) + "'";
  const bool round = open == '(';
  const std::string hint = std::string("Write ") + std::string(word) + (round ? ".(a,b,c)" : ".{a,b,c}") +
                           "; put elements with commas or brackets in double quotes.";
  if (text.size() < 2 || text.front() != open || text.back() != (round ? ')' : '}'))
    return malformed(name + " takes a list in " + (round ? "round brackets." : "braces."), hint);
  const std::string_view inner = text.substr(1, text.size() - 2);
  Scanner scanner(round ? inner : trimmed(inner), hint);
  std::vector<std::string> elements;
  if (scanner.done()) return elements;
  do {
    if (elements.size() == elements_max)
      return malformed(name + " takes at most " + std::to_string(elements_max) + " elements.",
                       "Ask in several requests.");
    if (trimmed(scanner.rest()).starts_with('"')) {
      scanner.skip_blanks();
      scanner.take("\"");
      auto element = scanner.take_quoted();
      if (!element) return malformed("The list of " + name + " is malformed.", hint);
      elements.push_back(std::move(*element));
      scanner.skip_blanks();
    } else {
      const std::string_view element = scanner.take_until(",");
      elements.emplace_back(round ? element : trimmed(element));
      if (!round && elements.back().empty())
        return malformed("The list of " + name + " has nothing before or behind a comma.",
                         "An empty text is written as \"\".");
    }
  } while (scanner.take(","));
  if (!scanner.done()) return malformed("The list of " + name + " is malformed.", hint);
  return elements;
}

}  // namespace banyan::api
