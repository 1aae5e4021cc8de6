#include <algorithm>
#include <optional>
#include <utility>

#include "banyan/base/words.hpp"
#include "banyan/core/record_json.hpp"
#include "banyan/core/rule_condition.hpp"
#include "banyan/core/rule_seen.hpp"
#include "banyan/core/rule_values.hpp"
#include "banyan/core/utf8.hpp"

namespace banyan::rules {
namespace {

using Kind = Condition::Kind;
using Compared = Condition::Compared;
using Checked = std::expected<Condition, RuleProblem>;

std::unexpected<RuleProblem> problem(std::size_t offset, std::string message, std::string hint = {}) {
  return std::unexpected(RuleProblem{offset, std::move(message), std::move(hint)});
}

CompareOp op_from(std::string_view sign) {
  if (sign == "==") return CompareOp::eq;
  if (sign == "!=") return CompareOp::neq;
  if (sign == "<") return CompareOp::lt;
  if (sign == "<=") return CompareOp::lte;
  return sign == ">" ? CompareOp::gt : CompareOp::gte;
}

CompareOp flipped(CompareOp op) {
  switch (op) {
    case CompareOp::lt: return CompareOp::gt;
    case CompareOp::lte: return CompareOp::gte;
    case CompareOp::gt: return CompareOp::lt;
    case CompareOp::gte: return CompareOp::lte;
    default: return op;
  }
}

bool asks_equality(CompareOp op) { return op == CompareOp::eq || op == CompareOp::neq; }

bool is_time(Type type) { return type == Type::timestamp || type == Type::date; }
bool is_text(Type type) { return type == Type::text || type == Type::enumeration; }

bool is_viewer_id(const Operand& operand) {
  return operand.source == Operand::Source::viewer_id && operand.function == Term::Function::none;
}

bool counts(const Operand& operand) {
  return operand.offset_micros != 0 || operand.source == Operand::Source::now ||
         operand.source == Operand::Source::today;
}

Condition constant(const Syntax& syntax, bool holds) {
  return {.kind = Kind::constant, .holds = holds, .begin = syntax.begin, .end = syntax.end};
}

class Checker {
 public:
  Checker(const Schema& schema, const Collection& collection, Rule::Reach reach) : values_(schema, collection, reach) {}

  Checked check(const Syntax& syntax) const {
    switch (syntax.kind) {
      case Syntax::Kind::any:
      case Syntax::Kind::all:
      case Syntax::Kind::negation: return check_children(syntax);
      case Syntax::Kind::comparison: return check_comparison(syntax);
      case Syntax::Kind::membership: return check_membership(syntax);
      case Syntax::Kind::boolean: return constant(syntax, syntax.text == "true");
      case Syntax::Kind::call:
        if (const auto kind = text_test(syntax.text)) return check_text_test(syntax, *kind);
        break;
      default: break;
    }
    return check_truth(syntax);
  }

 private:
  static std::optional<Kind> text_test(std::string_view name) {
    if (name == "starts_with") return Kind::starts_with;
    if (name == "ends_with") return Kind::ends_with;
    return name == "contains" ? std::optional(Kind::contains) : std::nullopt;
  }

  Checked check_children(const Syntax& syntax) const {
    Condition condition{.begin = syntax.begin, .end = syntax.end};
    condition.kind = syntax.kind == Syntax::Kind::any   ? Kind::any
                     : syntax.kind == Syntax::Kind::all ? Kind::all
                                                        : Kind::negation;
    for (const Syntax& child : syntax.children) {
      Checked checked = check(child);
      if (!checked) return checked;
      condition.children.push_back(std::move(*checked));
    }
    return condition;
  }

  // A boolean that stands alone holds where it is true.
  Checked check_truth(const Syntax& syntax) const {
    const auto value = values_.read(syntax);
    if (!value) return std::unexpected(value.error());
    if (value->kind != Given::Kind::operand || value->operand.type != Type::boolean)
      return problem(value->begin, "a condition is expected here, and this is " + phrase(*value),
                     "Compare it with something.");
    Operand yes{.type = Type::boolean, .constant = true, .begin = value->begin, .end = value->end};
    return Condition{.kind = Kind::comparison,
                     .compared = Compared::boolean,
                     .left = value->operand,
                     .right = std::move(yes),
                     .begin = syntax.begin,
                     .end = syntax.end};
  }

  Checked check_text_test(const Syntax& syntax, Kind kind) const {
    if (syntax.children.size() != 2)
      return problem(syntax.begin, syntax.text + "() is given two texts",
                     "For example: " + syntax.text + "(record.name, 'a')");
    Operand sides[2];
    for (std::size_t i = 0; i < 2; ++i) {
      auto side = values_.read(syntax.children[i]);
      if (!side) return std::unexpected(side.error());
      if (side->kind != Given::Kind::operand || side->operand.type != Type::text)
        return problem(side->begin, syntax.text + "() is given texts, and this is " + phrase(*side));
      sides[i] = std::move(side->operand);
    }
    if (sides[1].of_record())
      return problem(sides[1].begin, "what " + syntax.text + "() looks for cannot be of the record",
                     "It can be a text in quotes, viewer.role or viewer.email.");
    return Condition{.kind = kind,
                     .left = std::move(sides[0]),
                     .right = std::move(sides[1]),
                     .begin = syntax.begin,
                     .end = syntax.end};
  }

  Checked check_comparison(const Syntax& syntax) const {
    const auto left = values_.read(syntax.children[0]);
    if (!left) return std::unexpected(left.error());
    const auto right = values_.read(syntax.children[1]);
    if (!right) return std::unexpected(right.error());
    const CompareOp op = op_from(syntax.text);
    if (left->kind == Given::Kind::null || right->kind == Given::Kind::null)
      return check_nullness(syntax, op, left->kind == Given::Kind::null ? *right : *left);
    return compare(syntax, *left, op, *right);
  }

  static Checked check_nullness(const Syntax& syntax, CompareOp op, const Given& asked) {
    if (!asks_equality(op)) return problem(syntax.begin, "null has no order", "Ask for it by '== null' or '!= null'.");
    if (asked.kind != Given::Kind::operand || asked.is_literal() || asked.operand.is_always_there())
      return problem(asked.begin, phrase(asked) + " is compared with null, and the answer is always the same",
                     "Ask a field of the record or of the viewer.");
    Condition is_null{.kind = Kind::is_null, .left = asked.operand, .begin = syntax.begin, .end = syntax.end};
    is_null.left.offset_micros = 0;
    is_null.left.function = Term::Function::none;
    if (op == CompareOp::eq) return is_null;
    Condition negation{.kind = Kind::negation, .begin = syntax.begin, .end = syntax.end};
    negation.children.push_back(std::move(is_null));
    return negation;
  }

  Checked check_membership(const Syntax& syntax) const {
    const auto member = values_.read(syntax.children.front());
    if (!member) return std::unexpected(member.error());
    if (member->kind == Given::Kind::null)
      return problem(member->begin, "null is in no list", "Ask for it by '== null'.");
    Condition any{.kind = Kind::any, .listed = true, .begin = syntax.begin, .end = syntax.end};
    for (std::size_t i = 1; i < syntax.children.size(); ++i) {
      const auto element = values_.read(syntax.children[i]);
      if (!element) return std::unexpected(element.error());
      if (element->kind == Given::Kind::null)
        return problem(element->begin, "a list cannot hold null", "Add: || … == null");
      Checked compared = compare(syntax.children[i], *member, CompareOp::eq, *element);
      if (!compared) return compared;
      any.children.push_back(std::move(*compared));
    }
    // Only then are its values a list for the one field.
    any.membership = std::ranges::all_of(any.children, [&](const Condition& child) {
      return child.left.of_record() && child.left.same_place(any.children.front().left) && !child.right.of_record() &&
             child.compared != Compared::moment;
    });
    return any;
  }

  Checked compare(const Syntax& syntax, Given left, CompareOp op, Given right) const {
    if (left.kind == Given::Kind::duration || right.kind == Given::Kind::duration)
      return problem(left.kind == Given::Kind::duration ? left.begin : right.begin,
                     "a duration is no value to compare with",
                     "Add it to a time: record.created_at > request.time - days(7).");
    if (auto wrong = adapt(left, right)) return std::unexpected(std::move(*wrong));
    if (auto wrong = adapt(right, left)) return std::unexpected(std::move(*wrong));
    const auto compared = compared_as(left.operand, right.operand);
    if (!compared) return incomparable(syntax, left, right);
    if (!asks_equality(op))
      if (auto wrong = check_order(syntax, left, right)) return std::unexpected(std::move(*wrong));
    Condition condition{.kind = Kind::comparison,
                        .op = op,
                        .compared = *compared,
                        .left = std::move(left.operand),
                        .right = std::move(right.operand),
                        .begin = syntax.begin,
                        .end = syntax.end};
    if (!condition.left.of_record() && condition.right.of_record()) {
      std::swap(condition.left, condition.right);
      condition.op = flipped(op);
    }
    return settle(std::move(condition));
  }

  // A literal becomes a value of the other side's type.
  std::optional<RuleProblem> adapt(Given& literal, const Given& other) const {
    Operand& operand = literal.operand;
    const Type type = other.operand.type;
    if (!literal.is_literal() || other.is_literal()) return std::nullopt;
    if (operand.type == Type::integer && type == Type::number) {
      operand.constant = static_cast<double>(std::get<std::int64_t>(operand.constant));
      operand.type = Type::number;
    }
    if (operand.type != Type::text || type == Type::text) return std::nullopt;
    const std::string text = std::get<std::string>(operand.constant);
    if (type == Type::enumeration) return check_word(literal, text, values_.field_of(other.operand));
    Field field;
    if (type == Type::timestamp) field.type = FieldType::timestamp;
    if (type == Type::date) field.type = FieldType::date;
    if (type == Type::uuid) field.type = FieldType::uuid;
    if (field.type == FieldType::text) return std::nullopt;
    auto value = value_from_text(field, text);
    if (!value)
      return RuleProblem{literal.begin, "is compared with " + phrase(type) + ": " + value.error().message, ""};
    operand.constant = std::move(*value);
    operand.type = type;
    return std::nullopt;
  }

  static std::optional<RuleProblem> check_word(const Given& literal, const std::string& word, const Field& field) {
    if (std::ranges::find(field.enum_values, word) != field.enum_values.end()) return std::nullopt;
    const std::vector<std::string_view> known(field.enum_values.begin(), field.enum_values.end());
    std::string all;
    for (const std::string_view value : known) all += (all.empty() ? "" : ", ") + std::string(value);
    return RuleProblem{
        literal.begin,
        "unknown value '" + std::string(utf8_prefix(word, 80)) + "' of " + field.name + did_you_mean(word, known),
        "Its values are: " + std::string(utf8_prefix(all, 400)) + "."};
  }

  static std::optional<Compared> compared_as(const Operand& a, const Operand& b) {
    const bool by_id = is_viewer_id(a) || is_viewer_id(b);
    const Type type = is_viewer_id(a) ? b.type : a.type;
    if (by_id && (type == Type::integer || type == Type::uuid))
      return type == Type::integer ? Compared::integer : Compared::uuid;
    if (is_text(a.type) && is_text(b.type)) return Compared::text;
    if (a.type != b.type) return std::nullopt;
    switch (a.type) {
      case Type::integer: return Compared::integer;
      case Type::number: return Compared::number;
      case Type::boolean: return Compared::boolean;
      case Type::uuid: return Compared::uuid;
      case Type::timestamp:
      case Type::date: return counts(a) || counts(b) ? Compared::moment : Compared::text;
      default: return std::nullopt;
    }
  }

  static Checked incomparable(const Syntax& syntax, const Given& left, const Given& right) {
    std::string hint;
    const Type types[2] = {left.operand.type, right.operand.type};
    const auto is_one = [&](Type type) { return types[0] == type || types[1] == type; };
    if (is_one(Type::json))
      hint = "A json field is only asked whether it is null.";
    else if (is_time(types[0]) && is_time(types[1]))
      hint = "today() is the date of the request, request.time its timestamp.";
    else if (is_one(Type::integer) && is_one(Type::number))
      hint = "An integer is compared with whole numbers.";
    return problem(syntax.begin, phrase(left) + " is not compared with " + phrase(right), std::move(hint));
  }

  static std::optional<RuleProblem> check_order(const Syntax& syntax, const Given& left, const Given& right) {
    for (const Given* side : {&left, &right}) {
      const Type type = side->operand.type;
      if (is_viewer_id(side->operand))
        return RuleProblem{syntax.begin, "viewer.id has no order", "It is compared by == and !=."};
      if (type == Type::boolean || type == Type::uuid || type == Type::enumeration)
        return RuleProblem{syntax.begin, phrase(type) + " has no order", "It is compared by == and !=."};
    }
    return std::nullopt;
  }

  // What no filter can say is refused here, so that every rule can guard a list.
  static Checked settle(Condition condition) {
    Operand& left = condition.left;
    Operand& right = condition.right;
    if (left.of_record() && right.of_record()) {
      if (left.source == Operand::Source::record && right.source == Operand::Source::related) {
        std::swap(left, right);
        condition.op = flipped(condition.op);
      }
      if (right.source == Operand::Source::related && left.reference != right.reference)
        return problem(condition.begin, "fields behind two references are not compared with each other",
                       "One of the two can be of the record itself, or both behind the same reference.");
      if (left.offset_micros != right.offset_micros)
        return problem(condition.begin, "a duration is not added to one of two fields that are compared",
                       "Compare each with request.time.");
      if (condition.compared == Compared::moment) condition.compared = Compared::text;
      left.offset_micros = right.offset_micros = 0;
    }
    if (condition.compared == Compared::moment)
      for (Operand* side : {&left, &right}) settle_moment(*side);
    return condition;
  }

  // Once, instead of at every evaluation.
  static void settle_moment(Operand& operand) {
    if (operand.source != Operand::Source::constant) return;
    const Viewer nobody;
    operand.constant = value_of(see(operand, Compared::moment, {nobody, 0}, nullptr));
    operand.offset_micros = 0;
  }

  ValueReader values_;
};

}  // namespace

Checked check_rule(const Syntax& syntax, const Schema& schema, const Collection& collection, Rule::Reach reach) {
  return Checker(schema, collection, reach).check(syntax);
}

}  // namespace banyan::rules
