#include <algorithm>

#include "banyan/core/rule_condition.hpp"
#include "banyan/core/rule_seen.hpp"

namespace banyan::rules {
namespace {

using Kind = Condition::Kind;

bool compares(const Condition& condition, const RuleInputs& inputs, const RuleRecord* record) {
  const Seen left = see(condition.left, condition.compared, inputs, record);
  const Seen right = see(condition.right, condition.compared, inputs, record);
  const std::optional<int> order = order_of(left, right);
  return order && holds(condition.op, *order);
}

bool leaf_holds(const Condition& condition, const RuleInputs& inputs, const RuleRecord* record) {
  switch (condition.kind) {
    case Kind::constant: return condition.holds;
    case Kind::comparison: return compares(condition, inputs, record);
    case Kind::is_null: return see(condition.left, condition.compared, inputs, record).is_null();
    default: break;
  }
  return text_matches(condition.kind, see(condition.left, condition.compared, inputs, record),
                      see(condition.right, condition.compared, inputs, record));
}

// A comparison with null is false whatever the record has.
std::optional<bool> decide_leaf(const Condition& condition, const RuleInputs& inputs) {
  if (!condition.left.of_record()) return leaf_holds(condition, inputs, nullptr);
  if (condition.kind == Kind::is_null || condition.right.of_record()) return std::nullopt;
  if (see(condition.right, condition.compared, inputs, nullptr).is_null()) return false;
  return std::nullopt;
}

}  // namespace

std::optional<bool> decide(const Condition& condition, const RuleInputs& inputs) {
  switch (condition.kind) {
    case Kind::negation: {
      const std::optional<bool> inner = decide(condition.children.front(), inputs);
      return inner ? std::optional(!*inner) : std::nullopt;
    }
    case Kind::any:
    case Kind::all: {
      const bool decisive = condition.kind == Kind::any;
      bool all_known = true;
      for (const Condition& child : condition.children) {
        const std::optional<bool> known = decide(child, inputs);
        if (known == decisive) return decisive;
        all_known = all_known && known;
      }
      return all_known ? std::optional(!decisive) : std::nullopt;
    }
    default: return decide_leaf(condition, inputs);
  }
}

bool allows(const Condition& condition, const RuleInputs& inputs, const RuleRecord& record) {
  const auto child_holds = [&](const Condition& child) { return allows(child, inputs, record); };
  switch (condition.kind) {
    case Kind::negation: return !child_holds(condition.children.front());
    case Kind::any: return std::ranges::any_of(condition.children, child_holds);
    case Kind::all: return std::ranges::all_of(condition.children, child_holds);
    default: return leaf_holds(condition, inputs, &record);
  }
}

}  // namespace banyan::rules
