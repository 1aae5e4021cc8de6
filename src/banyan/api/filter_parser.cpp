#include "banyan/api/filter_parser.hpp"

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "banyan/base/words.hpp"
#include "banyan/core/record_json.hpp"

namespace banyan::api {
namespace {

struct Operator {
  std::string_view word;
  CompareOp op;
};

constexpr std::array operators = {
    Operator{"eq", CompareOp::eq},      Operator{"neq", CompareOp::neq},     Operator{"gt", CompareOp::gt},
    Operator{"gte", CompareOp::gte},    Operator{"lt", CompareOp::lt},       Operator{"lte", CompareOp::lte},
    Operator{"like", CompareOp::like},  Operator{"ilike", CompareOp::ilike}, Operator{"in", CompareOp::in},
    Operator{"is", CompareOp::is_null},
};

/// A match takes as many steps as the text has bytes, times those of the pattern.
constexpr std::size_t pattern_bytes_max = 1'000;

std::unexpected<Error> malformed(std::string message, std::string hint) {
  return fail(Error(ErrorCode::invalid, std::move(message)).with_reason("malformed_query").with_hint(std::move(hint)));
}

std::unexpected<Error> unknown_operator(std::string_view word) {
  std::vector<std::string_view> words{"not"};
  for (const Operator& known : operators) words.push_back(known.word);
  return malformed("'" + std::string(word.substr(0, 32)) + "' is not an operator" +
                       (did_you_mean(word, words).empty() ? "." : did_you_mean(word, words)),
                   "Write <operator>.<value>, as in eq.1; the operators are eq, neq, gt, gte, lt, lte, like, ilike, "
                   "in and is, each also after 'not.'.");
}

Result<Filter> parse_is(const Field& field, std::size_t place, std::string_view word) {
  if (word == "null") return Filter::compare(place, CompareOp::is_null, {});
  if (word == "not_null") return Filter::negate(Filter::compare(place, CompareOp::is_null, {}));
  const bool is_boolean = field.type == FieldType::boolean;
  if (word == "true" && is_boolean) return Filter::compare(place, CompareOp::is_true, {});
  if (word == "false" && is_boolean) return Filter::compare(place, CompareOp::is_false, {});
  if (word == "unknown" && is_boolean) return Filter::compare(place, CompareOp::is_null, {});
  return malformed(
      "'is' does not take '" + std::string(word.substr(0, 32)) + "' here.",
      is_boolean ? "Write is.null, is.not_null, is.true, is.false or is.unknown." : "Write is.null or is.not_null.");
}

// One element of "(a,b,\"c,d\")": a run up to a comma, or a quoted text in which a backslash takes the next character.
std::optional<std::string> take_element(std::string_view& rest) {
  if (!rest.starts_with('"')) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    std::string element(rest.substr(0, end));
    rest.remove_prefix(end);
    return element;
  }
  std::string element;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return element;
    }
    if (rest[i] == '\\' && i + 1 < rest.size()) ++i;
    element.push_back(rest[i]);
  }
  return std::nullopt;
}

Result<Filter> parse_in(const Field& field, std::size_t place, std::string_view text, std::size_t operands_max) {
  constexpr const char* hint = "Write in.(a,b,c); put elements with commas or brackets in double quotes.";
  if (text.size() < 2 || text.front() != '(' || text.back() != ')')
    return malformed("'in' takes a list in round brackets.", hint);
  std::string_view rest = text.substr(1, text.size() - 2);
  std::vector<Value> operands;
  while (!rest.empty()) {
    const auto element = take_element(rest);
    if (!element || !(rest.empty() || rest.front() == ',')) return malformed("The list of 'in' is malformed.", hint);
    if (operands.size() == operands_max)
      return malformed("'in' takes at most " + std::to_string(operands_max) + " elements.", "Ask in several requests.");
    Result<Value> value = value_from_text(field, *element);
    if (!value) return std::unexpected(std::move(value.error()));
    operands.push_back(std::move(*value));
    if (rest.empty()) break;
    rest.remove_prefix(1);
    if (rest.empty()) return malformed("The list of 'in' ends with a comma.", hint);
  }
  return Filter::compare(place, CompareOp::in, std::move(operands));
}

bool takes_patterns(const Field& field) {
  return field.type == FieldType::text || field.type == FieldType::email || field.type == FieldType::url ||
         field.type == FieldType::enumeration;
}

// PostgREST's `*` for `%`, so that a pattern needs no escaping in a URL; `\*` is a plain asterisk.
std::string with_asterisks_as_percent(std::string_view text) {
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

Result<Filter> parse_comparison(const Field& field, std::size_t place, CompareOp op, std::string_view text) {
  if (op == CompareOp::like || op == CompareOp::ilike) {
    if (!takes_patterns(field))
      return malformed("'like' and 'ilike' compare texts, and '" + field.name + "' is of type " +
                           std::string(to_string(field.type)) + ".",
                       "Use eq, neq, gt, gte, lt, lte or in.");
    if (text.size() > pattern_bytes_max)
      return malformed("A pattern holds at most " + std::to_string(pattern_bytes_max) + " bytes.",
                       "Ask for a shorter part of the text.");
    return Filter::compare(place, op, {Value(with_asterisks_as_percent(text))});
  }
  Result<Value> value = value_from_text(field, text);
  if (!value) return std::unexpected(std::move(value.error()));
  return Filter::compare(place, op, {std::move(*value)});
}

}  // namespace

Result<Filter> parse_filter(const Collection& collection, std::size_t place, std::string_view text,
                            std::size_t in_operands_max) {
  const Field& field = collection.fields[place];
  bool negated = false;
  while (text.starts_with("not.")) {
    negated = !negated;
    text.remove_prefix(4);
  }
  const std::size_t dot = text.find('.');
  const std::string_view word = text.substr(0, dot);
  const Operator* found = nullptr;
  for (const Operator& known : operators) {
    if (known.word == word) found = &known;
  }
  if (!found) return unknown_operator(word);
  if (dot == std::string_view::npos)
    return malformed("The operator '" + std::string(word) + "' has no value.",
                     "Write " + std::string(word) + ".<value>; an empty text is '" + std::string(word) + ".'.");

  const std::string_view operand = text.substr(dot + 1);
  Result<Filter> filter = found->word == "is"          ? parse_is(field, place, operand)
                          : found->op == CompareOp::in ? parse_in(field, place, operand, in_operands_max)
                                                       : parse_comparison(field, place, found->op, operand);
  if (filter && negated) return Filter::negate(std::move(*filter));
  return filter;
}

}  // namespace banyan::api
