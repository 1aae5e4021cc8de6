#include "banyan/core/query.hpp"

#include <algorithm>
#include <utility>

namespace banyan {
namespace {

/// SQL's three values, in an order that makes `all` the least and `any` the greatest of its children.
enum class Truth : unsigned char { no, unknown, yes };

Truth truth(bool value) noexcept { return value ? Truth::yes : Truth::no; }

Truth compare_one(CompareOp op, const Value& value, const Value& operand) noexcept {
  if (is_null(value) || value.index() != operand.index()) return Truth::unknown;
  if (op == CompareOp::like || op == CompareOp::ilike) {
    const auto* text = std::get_if<std::string>(&value);
    const auto* pattern = std::get_if<std::string>(&operand);
    if (text == nullptr || pattern == nullptr) return Truth::unknown;
    return truth(matches_like(*text, *pattern, op == CompareOp::ilike));
  }
  const int order = compare_values(value, operand);
  switch (op) {
    case CompareOp::eq: return truth(order == 0);
    case CompareOp::neq: return truth(order != 0);
    case CompareOp::gt: return truth(order > 0);
    case CompareOp::gte: return truth(order >= 0);
    case CompareOp::lt: return truth(order < 0);
    case CompareOp::lte: return truth(order <= 0);
    default: return Truth::unknown;
  }
}

Truth compare(const Filter& filter, const Value& value) noexcept {
  const auto* boolean = std::get_if<bool>(&value);
  switch (filter.op) {
    case CompareOp::is_null: return truth(is_null(value));
    case CompareOp::is_true: return truth(boolean != nullptr && *boolean);
    case CompareOp::is_false: return truth(boolean != nullptr && !*boolean);
    case CompareOp::in: {
      Truth best = Truth::no;
      for (const Value& operand : filter.operands) best = std::max(best, compare_one(CompareOp::eq, value, operand));
      return best;
    }
    default: return filter.operands.empty() ? Truth::unknown : compare_one(filter.op, value, filter.operands.front());
  }
}

Truth evaluate(const Filter& filter, const Record& record) noexcept {
  switch (filter.kind) {
    case Filter::Kind::comparison: return compare(filter, record.values[filter.field]);
    case Filter::Kind::negation: {
      const Truth inner = evaluate(filter.children.front(), record);
      return inner == Truth::unknown ? inner : truth(inner == Truth::no);
    }
    case Filter::Kind::all: {
      Truth least = Truth::yes;
      for (const Filter& child : filter.children) least = std::min(least, evaluate(child, record));
      return least;
    }
    case Filter::Kind::any: {
      Truth greatest = Truth::no;
      for (const Filter& child : filter.children) greatest = std::max(greatest, evaluate(child, record));
      return greatest;
    }
  }
  return Truth::unknown;
}

}  // namespace

Filter Filter::compare(std::size_t field, CompareOp op, std::vector<Value> operands) {
  Filter filter;
  filter.kind = Kind::comparison;
  filter.field = field;
  filter.op = op;
  filter.operands = std::move(operands);
  return filter;
}

Filter Filter::negate(Filter child) {
  Filter filter;
  filter.kind = Kind::negation;
  filter.children.push_back(std::move(child));
  return filter;
}

bool matches(const Filter& filter, const Record& record) noexcept { return evaluate(filter, record) == Truth::yes; }

}  // namespace banyan
