#include "banyan/api/query/operators.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "banyan/api/query/operands.hpp"
#include "banyan/base/words.hpp"

namespace banyan::api {
namespace {

enum class Family : unsigned char { comparison, list, is, distinct, containment, search, absent };

struct Operator {
  std::string_view word;
  Family family;
  CompareOp op = CompareOp::eq;
  SearchWords words = SearchWords::query;
};

constexpr std::array operators = {
    Operator{"eq", Family::comparison, CompareOp::eq},
    Operator{"neq", Family::comparison, CompareOp::neq},
    Operator{"gt", Family::comparison, CompareOp::gt},
    Operator{"gte", Family::comparison, CompareOp::gte},
    Operator{"lt", Family::comparison, CompareOp::lt},
    Operator{"lte", Family::comparison, CompareOp::lte},
    Operator{"like", Family::comparison, CompareOp::like},
    Operator{"ilike", Family::comparison, CompareOp::ilike},
    Operator{"in", Family::list, CompareOp::in},
    Operator{"is", Family::is},
    Operator{"isdistinct", Family::distinct},
    Operator{"cs", Family::containment, CompareOp::json_contains},
    Operator{"cd", Family::containment, CompareOp::json_within},
    Operator{"fts", Family::search, CompareOp::search, SearchWords::query},
    Operator{"plfts", Family::search, CompareOp::search, SearchWords::plain},
    Operator{"phfts", Family::search, CompareOp::search, SearchWords::phrase},
    Operator{"wfts", Family::search, CompareOp::search, SearchWords::web},
    Operator{"match", Family::absent},
    Operator{"imatch", Family::absent},
    Operator{"ov", Family::absent},
    Operator{"sl", Family::absent},
    Operator{"sr", Family::absent},
    Operator{"nxl", Family::absent},
    Operator{"nxr", Family::absent},
    Operator{"adj", Family::absent},
};

/// A match takes as many steps as the text has bytes, times those of the pattern.
constexpr std::size_t pattern_bytes_max = 1'000;
constexpr std::size_t search_bytes_max = 1'000;

const Operator* find_operator(std::string_view word) {
  const auto* found = std::ranges::find(operators, word, &Operator::word);
  return found == operators.end() ? nullptr : found;
}

std::unexpected<Error> unknown_operator(std::string_view word) {
  std::vector<std::string_view> words{"not"};
  std::string known;
  for (const Operator& one : operators) {
    if (one.family == Family::absent) continue;
    words.push_back(one.word);
    known += (known.empty() ? "" : ", ") + std::string(one.word);
  }
  const std::string nearest = did_you_mean(word, words);
  return malformed("'" + std::string(word.substr(0, 32)) + "' is not an operator" + (nearest.empty() ? "." : nearest),
                   "Write <operator>.<value>, as in eq.1; the operators are " + known + ", each also after 'not.'.");
}

std::unexpected<Error> not_offered(std::string message, std::string hint) {
  return fail(Error(ErrorCode::unsupported, std::move(message)).with_hint(std::move(hint)));
}

std::string type_name(const Column& column) { return std::string(to_string(column.type())); }

// Behind `->>` an object or an array is a text too, and not null; JSON's null is.
Filter is_null_filter(const Column& column) {
  if (!column.is_path_text()) return Filter::compare(column.term, CompareOp::is_null, {});
  Term value = column.term;
  value.json = Term::Json::value;
  Filter missing = Filter::compare(value, CompareOp::is_null, {});
  return Filter::either(std::move(missing), Filter::compare(value, CompareOp::eq, {Value(std::string("null"))}));
}

Result<Filter> is_filter(const Column& column, std::string_view text) {
  const std::string word = word_of_is(text);
  const bool is_boolean = column.type() == FieldType::boolean;
  if (word == "null") return is_null_filter(column);
  if (word == "not_null") return Filter::negate(is_null_filter(column));
  if (word == "true" && is_boolean) return Filter::compare(column.term, CompareOp::is_true, {});
  if (word == "false" && is_boolean) return Filter::compare(column.term, CompareOp::is_false, {});
  if (word == "unknown" && is_boolean) return is_null_filter(column);
  return malformed(
      "'is' does not take '" + word.substr(0, 32) + "' here.",
      is_boolean ? "Write is.null, is.not_null, is.true, is.false or is.unknown." : "Write is.null or is.not_null.");
}

bool takes_patterns(FieldType type) {
  return type == FieldType::text || type == FieldType::email || type == FieldType::url ||
         type == FieldType::enumeration;
}

Result<Filter> pattern_filter(const Column& column, CompareOp op, std::string_view text) {
  if (!takes_patterns(column.type()))
    return malformed(
        "'like' and 'ilike' compare texts, and '" + column.field->name + "' is of type " + type_name(column) + ".",
        column.is_path() ? "Take the text with ->>." : "Use eq, neq, gt, gte, lt, lte or in.");
  if (text.size() > pattern_bytes_max)
    return malformed("A pattern holds at most " + std::to_string(pattern_bytes_max) + " bytes.",
                     "Ask for a shorter part of the text.");
  return Filter::compare(column.term, op, {Value(pattern_of(text))});
}

// Of values within json only numbers have an order here: that of all JSON is PostgreSQL's own.
Result<Filter> json_order_filter(const Column& column, CompareOp op, std::string_view text) {
  Field number;
  number.type = FieldType::number;
  number.storage = Field::Storage::number;
  Column as_number{&number, column.term};
  as_number.term.path.clear();
  Result<Value> operand = operand_of(as_number, text);
  if (!operand)
    return not_offered("Values within json are compared by gt, gte, lt and lte with numbers only.",
                       "Give a number, or compare texts with ->>.");
  Term term = column.term;
  term.json = Term::Json::number;
  return Filter::compare(std::move(term), op, {std::move(*operand)});
}

Result<Filter> compare_filter(const Column& column, CompareOp op, std::string_view text) {
  if (op == CompareOp::like || op == CompareOp::ilike) return pattern_filter(column, op, text);
  const bool is_order = op != CompareOp::eq && op != CompareOp::neq;
  if (is_order && column.is_path() && column.is_json()) return json_order_filter(column, op, text);
  Result<Value> value = operand_of(column, text);
  if (!value) return std::unexpected(std::move(value.error()));
  return Filter::compare(column.term, op, {std::move(*value)});
}

Result<Filter> any_of(const Column& column, const std::vector<std::string>& elements) {
  std::vector<Value> operands;
  for (const std::string& element : elements) {
    Result<Value> value = operand_of(column, element);
    if (!value) return std::unexpected(std::move(value.error()));
    operands.push_back(std::move(*value));
  }
  return Filter::compare(column.term, CompareOp::in, std::move(operands));
}

// `like(any).{a,b}`: a comparison for each, joined.
Result<Filter> quantified_filter(const Column& column, const Operator& known, const Operation& operation,
                                 std::string_view text, const QueryLimits& limits, ConditionBudget& budget) {
  if (operation.modifier != "any" && operation.modifier != "all")
    return malformed("'" + operation.word + "(" + operation.modifier.substr(0, 32) + ")' is not an operator.",
                     "Write " + operation.word + "(any).{a,b} or " + operation.word + "(all).{a,b}.");
  const auto elements = elements_of(text, '{', operation.word + "(" + operation.modifier + ")", limits.in_operands_max);
  if (!elements) return std::unexpected(elements.error());
  if (known.op == CompareOp::eq && operation.modifier == "any") {
    if (Result<void> spent = budget.spend(); !spent) return std::unexpected(std::move(spent.error()));
    return any_of(column, *elements);
  }
  Filter filter;
  filter.kind = operation.modifier == "any" ? Filter::Kind::any : Filter::Kind::all;
  for (const std::string& element : *elements) {
    if (Result<void> spent = budget.spend(); !spent) return std::unexpected(std::move(spent.error()));
    Result<Filter> child = compare_filter(column, known.op, element);
    if (!child) return child;
    filter.children.push_back(std::move(*child));
  }
  return filter;
}

Result<Filter> in_filter(const Column& column, std::string_view text, const QueryLimits& limits) {
  const auto elements = elements_of(text, '(', "in", limits.in_operands_max);
  if (!elements) return std::unexpected(elements.error());
  return any_of(column, *elements);
}

// As neq, but null is a value like others.
Result<Filter> distinct_filter(const Column& column, std::string_view text) {
  Result<Filter> unequal = compare_filter(column, CompareOp::neq, text);
  if (!unequal) return unequal;
  return Filter::either(std::move(*unequal), Filter::compare(column.term, CompareOp::is_null, {}));
}

Result<Filter> containment_filter(const Column& column, CompareOp op, std::string_view text) {
  if (!column.is_json())
    return not_offered(
        "'cs' and 'cd' compare json, and '" + column.field->name + "' is of type " + type_name(column) + " here.",
        column.is_path() ? "Use -> instead of ->>." : "Use eq, in, like or another operator.");
  Result<Value> operand = json_operand(text);
  if (!operand) return std::unexpected(std::move(operand.error()));
  return Filter::compare(column.term, op, {std::move(*operand)});
}

Result<Filter> search_filter(const Collection& collection, const Column& column, const Operator& known,
                             const Operation& operation, std::string_view text) {
  if (column.is_path() || std::ranges::find(collection.search, column.term.field) == collection.search.end()) {
    std::string searched;
    for (const std::size_t place : collection.search)
      searched += (searched.empty() ? "" : ", ") + collection.fields[place].name;
    return not_offered("'" + column.field->name + "' is not among the texts that can be searched.",
                       searched.empty() ? collection.name + " declares none: search = [\"" + column.field->name + "\"]."
                                        : "Searched are: " + searched + ".");
  }
  if (!operation.modifier.empty() && operation.modifier != "simple")
    return not_offered("A search with the configuration '" + operation.modifier.substr(0, 32) + "' is not offered.",
                       "Leave the brackets out: words are searched as they stand.");
  if (text.size() > search_bytes_max)
    return malformed("A search holds at most " + std::to_string(search_bytes_max) + " bytes.", "Use fewer words.");
  Filter filter = Filter::compare(Term(), CompareOp::search, {Value(std::string(text))});
  filter.words = known.words;
  return filter;
}

bool takes_quantifier(const Operator& known) {
  return known.family == Family::comparison && known.op != CompareOp::neq;
}

Result<Filter> dispatch(const Collection& collection, const Column& column, const Operation& operation,
                        std::string_view text, const QueryLimits& limits, ConditionBudget& budget) {
  const Operator& known = *find_operator(operation.word);
  if (known.family == Family::search) return search_filter(collection, column, known, operation, text);
  if (!operation.modifier.empty()) {
    if (takes_quantifier(known)) return quantified_filter(column, known, operation, text, limits, budget);
    return malformed("'" + operation.word + "' takes no brackets.", "Write " + operation.word + ".<value>.");
  }
  switch (known.family) {
    case Family::comparison: return compare_filter(column, known.op, text);
    case Family::list: return in_filter(column, text, limits);
    case Family::is: return is_filter(column, text);
    case Family::distinct: return distinct_filter(column, text);
    case Family::containment: return containment_filter(column, known.op, text);
    case Family::search:
    case Family::absent: break;
  }
  return not_offered("The operator '" + operation.word + "' is not offered.",
                     operation.word.ends_with("match") ? "Use like or ilike: a pattern costs no more than its length."
                                                       : "There are no fields of ranges or arrays.");
}

}  // namespace

Result<void> ConditionBudget::spend(std::size_t count) {
  if (left < count)
    return malformed("A query takes at most " + std::to_string(max) + " filters.",
                     "Use 'in' for many values of one field.");
  left -= count;
  return {};
}

Result<Operation> take_operation(Scanner& scanner) {
  Operation operation;
  while (scanner.take("not.")) operation.negated = !operation.negated;
  operation.word = scanner.take_until(".(,)");
  if (find_operator(operation.word) == nullptr) return unknown_operator(operation.word);
  if (scanner.take("(")) {
    operation.modifier = scanner.take_until(")");
    if (operation.modifier.empty() || !scanner.take(")")) return scanner.unexpected_here("'any)' or 'all)'");
  }
  if (!scanner.take("."))
    return malformed("The operator '" + operation.word + "' has no value.",
                     "Write " + operation.word + ".<value>; an empty text is '" + operation.word + ".'.");
  return operation;
}

Result<Filter> filter_of(const Collection& collection, const Column& column, const Operation& operation,
                         std::string_view operand, const QueryLimits& limits, ConditionBudget& budget) {
  if (operation.modifier.empty()) {
    if (Result<void> spent = budget.spend(); !spent) return std::unexpected(std::move(spent.error()));
  }
  Result<Filter> filter = dispatch(collection, column, operation, operand, limits, budget);
  if (filter && operation.negated) return Filter::negate(std::move(*filter));
  return filter;
}

}  // namespace banyan::api
