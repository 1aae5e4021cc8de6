#include <algorithm>
#include <utility>

#include "banyan/core/rule_condition.hpp"
#include "banyan/core/rule_seen.hpp"
#include "banyan/core/timestamps.hpp"

namespace banyan::rules {
namespace {

using Kind = Condition::Kind;
using Compared = Condition::Compared;

constexpr std::string_view first_moment = "0001-01-01T00:00:00Z";
constexpr std::string_view last_moment = "9999-12-31T23:59:59.999999Z";

Filter all_of(std::vector<Filter> children) {
  Filter filter;
  filter.children = std::move(children);
  return filter;
}

Filter any_of(std::vector<Filter> children) {
  Filter filter = Filter::nothing();
  filter.children = std::move(children);
  return filter;
}

bool is_nothing(const Filter& filter) { return filter.kind == Filter::Kind::any && filter.children.empty(); }

Term term_of(const Operand& operand) {
  Term term(operand.field);
  term.function = operand.function;
  return term;
}

Filter is_null(const Operand& operand) { return Filter::compare(operand.field, CompareOp::is_null, {}); }
Filter is_not_null(const Operand& operand) { return Filter::negate(is_null(operand)); }

std::string pattern_of(Kind kind, const std::string& part) {
  std::string pattern(kind == Kind::starts_with ? "" : "%");
  for (const char c : part) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return kind == Kind::ends_with ? pattern : pattern + '%';
}

class Binder {
 public:
  Binder(const RuleInputs& inputs, std::span<const Collection> collections, const Collection& collection)
      : inputs_(inputs), collections_(collections), collection_(collection) {}

  /// Right where it is true; it may be unknown where the condition does not come out as wanted. So it never stands
  /// under a negation but at the leaves, which are never unknown there.
  Filter bind(const Condition& condition, bool wanted) const {
    if (const auto decided = decide(condition, inputs_)) return *decided == wanted ? Filter() : Filter::nothing();
    switch (condition.kind) {
      case Kind::negation: return bind(condition.children.front(), !wanted);
      case Kind::any:
        if (condition.membership) return leaf(membership(condition), condition.children.front(), wanted);
        return wanted ? some(condition, wanted) : every(condition, wanted);
      case Kind::all: return wanted ? every(condition, wanted) : some(condition, wanted);
      case Kind::is_null: return nullness(condition, wanted);
      default: return leaf(positive(condition), condition, wanted);
    }
  }

 private:
  Filter some(const Condition& condition, bool wanted) const {
    std::vector<Filter> children;
    for (const Condition& child : condition.children) {
      Filter bound = bind(child, wanted);
      if (bound.is_all()) return bound;
      if (!is_nothing(bound)) children.push_back(std::move(bound));
    }
    return children.size() == 1 ? std::move(children.front()) : any_of(std::move(children));
  }

  Filter every(const Condition& condition, bool wanted) const {
    std::vector<Filter> children;
    for (const Condition& child : condition.children) {
      Filter bound = bind(child, wanted);
      if (is_nothing(bound)) return bound;
      if (!bound.is_all()) children.push_back(std::move(bound));
    }
    return children.size() == 1 ? std::move(children.front()) : all_of(std::move(children));
  }

  // `match` looks at the record that `condition` is about: this one, or that behind a reference.
  Filter leaf(Filter match, const Condition& condition, bool wanted) const {
    if (condition.left.source == Operand::Source::related) {
      Filter related = behind(condition.left, std::move(match));
      return wanted ? related : Filter::negate(std::move(related));
    }
    if (wanted) return match;
    if (is_nothing(match)) return {};
    std::vector<Filter> children;
    children.push_back(is_null(condition.left));
    if (condition.right.of_record()) children.push_back(is_null(condition.right));
    children.push_back(Filter::negate(std::move(match)));
    return any_of(std::move(children));
  }

  Filter behind(const Operand& operand, Filter match) const {
    if (is_nothing(match)) return match;
    Relation relation{.kind = Relation::Kind::to_one,
                      .target = &collections_[collection_.fields[operand.reference].reference_index],
                      .field = operand.reference,
                      .single = true};
    return Filter::related_by(relation, std::move(match), {});
  }

  // A record that is not there has nothing but nulls.
  Filter nullness(const Condition& condition, bool wanted) const {
    if (condition.left.source != Operand::Source::related)
      return wanted ? is_null(condition.left) : is_not_null(condition.left);
    Filter there = behind(condition.left, is_not_null(condition.left));
    return wanted ? Filter::negate(std::move(there)) : there;
  }

  Value constant(const Condition& condition) const {
    return value_of(see(condition.right, condition.compared, inputs_, nullptr));
  }

  Filter membership(const Condition& condition) const {
    std::vector<Value> members;
    for (const Condition& child : condition.children) {
      Value member = constant(child);
      if (!banyan::is_null(member)) members.push_back(std::move(member));
    }
    return Filter::compare(term_of(condition.children.front().left), CompareOp::in, std::move(members));
  }

  Filter positive(const Condition& condition) const {
    Term term = term_of(condition.left);
    if (condition.kind != Kind::comparison) {
      const Value part = constant(condition);
      return Filter::compare(std::move(term), CompareOp::like,
                             {pattern_of(condition.kind, std::get<std::string>(part))});
    }
    if (condition.right.of_record())
      return condition.left.source == condition.right.source
                 ? Filter::compare_terms(std::move(term), condition.op, term_of(condition.right))
                 : Filter::compare_with_near(std::move(term), condition.op, term_of(condition.right));
    if (condition.compared == Compared::moment) return compare_moments(condition);
    return Filter::compare(std::move(term), condition.op, {constant(condition)});
  }

  // What is added to the record's time is taken from the other. A bound outside the years that times have is before or
  // after all of them.
  Filter compare_moments(const Condition& condition) const {
    const std::int64_t right = see(condition.right, condition.compared, inputs_, nullptr).integer;
    const std::int64_t bound = right - condition.left.offset_micros;
    if (bound < *parse_timestamp(first_moment))
      return holds(condition.op, 1) ? is_not_null(condition.left) : Filter::nothing();
    if (bound > *parse_timestamp(last_moment))
      return holds(condition.op, -1) ? is_not_null(condition.left) : Filter::nothing();
    const bool is_date = condition.left.type == Type::date;
    return Filter::compare(term_of(condition.left), condition.op,
                           {is_date ? format_date(bound) : format_timestamp(bound)});
  }

  const RuleInputs& inputs_;
  std::span<const Collection> collections_;
  const Collection& collection_;
};

}  // namespace

Filter bind(const Condition& condition, bool wanted, const RuleInputs& inputs, std::span<const Collection> collections,
            const Collection& collection) {
  return Binder(inputs, collections, collection).bind(condition, wanted);
}

}  // namespace banyan::rules
