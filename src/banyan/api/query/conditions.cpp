#include "banyan/api/query/conditions.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "banyan/api/query/operands.hpp"

namespace banyan::api {
namespace {

constexpr std::string_view condition_hint =
    "Write or=(age.lt.18,and(name.eq.Ann,age.gt.60)); a value with commas or brackets goes in double quotes.";

// `posts=is.null`: nothing that the embed asks for belongs to the record.
std::optional<Filter> embed_condition(const Scope& scope, const ColumnName& name, const Operation& operation,
                                      std::string_view operand) {
  if (operation.word != "is" || !name.path.empty()) return std::nullopt;
  const std::string word = word_of_is(operand);
  if (word != "null" && word != "not_null") return std::nullopt;
  const Scope* child = scope.find(name.name);
  if (child == nullptr) return std::nullopt;
  Filter some = Filter::related_by(child->relation, child->query.filter, Filter());
  const bool wanted = (word == "not_null") != operation.negated;
  return wanted ? std::move(some) : Filter::negate(std::move(some));
}

class LogicParser {
 public:
  LogicParser(const Scope& scope, std::string_view text, const QueryLimits& limits, ConditionBudget& budget)
      : scope_(scope), scanner_(text, condition_hint), limits_(limits), budget_(budget) {}

  Result<Filter> whole(Filter::Kind kind) {
    if (!scanner_.take_mark('(')) return scanner_.unexpected_here("'('");
    Result<Filter> filter = list(kind);
    if (filter && !scanner_.done()) return scanner_.unexpected_here("the end");
    return filter;
  }

 private:
  // `term,term,…)`
  Result<Filter> list(Filter::Kind kind) {
    if (++depth_ > limits_.logic_depth_max)
      return malformed("Conditions nest at most " + std::to_string(limits_.logic_depth_max) + " deep.",
                       "Write the condition with fewer brackets.");
    Filter filter;
    filter.kind = kind;
    do {
      Result<Filter> child = term();
      if (!child) return child;
      filter.children.push_back(std::move(*child));
    } while (scanner_.take_mark(','));
    if (!scanner_.take_mark(')')) return scanner_.unexpected_here("',' or ')'");
    --depth_;
    return filter;
  }

  Result<Filter> term() {
    scanner_.skip_blanks();
    if (scanner_.take("and(")) return list(Filter::Kind::all);
    if (scanner_.take("or(")) return list(Filter::Kind::any);
    const bool negated = scanner_.take("not.and(");
    if (!negated && !scanner_.take("not.or(")) return condition();
    Result<Filter> inner = list(negated ? Filter::Kind::all : Filter::Kind::any);
    if (!inner) return inner;
    return Filter::negate(std::move(*inner));
  }

  Result<Filter> condition() {
    constexpr std::string_view stops = ".,()";
    ColumnName name;
    Result<std::string> field = take_name(scanner_, stops);
    if (!field) return std::unexpected(std::move(field.error()));
    name.name = std::move(*field);
    if (Result<void> path = take_path(scanner_, stops, limits_.path_steps_max, name); !path)
      return std::unexpected(std::move(path.error()));
    if (name.name.empty() || !scanner_.take(".")) return scanner_.unexpected_here("field.operator.value");
    Result<Operation> operation = take_operation(scanner_);
    if (!operation) return std::unexpected(std::move(operation.error()));
    const std::optional<std::string> operand = take_operand();
    if (!operand) return scanner_.unexpected_here("a value whose quotes and brackets end");
    Result<Filter> filter = condition_on(scope_, name, *operation, *operand, limits_, budget_);
    if (!filter) filter.error().message = name.name + ": " + filter.error().message;
    return filter;
  }

  // As it would stand in a filter of its own.
  std::optional<std::string> take_operand() {
    if (scanner_.take("\"")) return scanner_.take_quoted();
    const bool bracketed = scanner_.at("(") || scanner_.at("{") || scanner_.at("[");
    if (!bracketed) return std::string(scanner_.take_until(",)"));
    const std::optional<std::size_t> size = bracketed_size(scanner_.rest());
    if (!size) return std::nullopt;
    return std::string(scanner_.take_bytes(*size));
  }

  // Up to the bracket that closes the first one.
  static std::optional<std::size_t> bracketed_size(std::string_view text) {
    std::size_t depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '"') {
        while (++i < text.size() && text[i] != '"') i += text[i] == '\\' ? 1 : 0;
        continue;
      }
      if (text[i] == '(' || text[i] == '{' || text[i] == '[') ++depth;
      if ((text[i] == ')' || text[i] == '}' || text[i] == ']') && --depth == 0) return i + 1;
    }
    return std::nullopt;
  }

  const Scope& scope_;
  Scanner scanner_;
  const QueryLimits& limits_;
  ConditionBudget& budget_;
  std::size_t depth_ = 0;
};

}  // namespace

Result<Filter> condition_on(const Scope& scope, const ColumnName& name, const Operation& operation,
                            std::string_view operand, const QueryLimits& limits, ConditionBudget& budget,
                            const std::vector<std::string_view>& other_words) {
  if (std::optional<Filter> embedded = embed_condition(scope, name, operation, operand)) {
    if (Result<void> spent = budget.spend(); !spent) return std::unexpected(std::move(spent.error()));
    return std::move(*embedded);
  }
  Result<Column> column = column_of(*scope.collection, name, other_words);
  if (!column) return std::unexpected(std::move(column.error()));
  return filter_of(*scope.collection, *column, operation, operand, limits, budget);
}

Result<Filter> parse_logic(const Scope& scope, Filter::Kind kind, std::string_view text, const QueryLimits& limits,
                           ConditionBudget& budget) {
  return LogicParser(scope, text, limits, budget).whole(kind);
}

}  // namespace banyan::api
