#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "banyan/core/query.hpp"
#include "banyan/core/rule.hpp"
#include "banyan/core/rule_syntax.hpp"

namespace banyan::rules {

enum class Type : unsigned char { text, integer, number, boolean, timestamp, date, uuid, enumeration, json };

/// A value that a rule looks at: of the record, of the record behind one of its references, of the viewer, of the
/// request, or a constant.
struct Operand {
  enum class Source : unsigned char {
    constant,
    record,
    related,
    viewer_id,
    viewer_role,
    viewer_email,
    viewer_is_user,
    now,    ///< The moment of the request.
    today,  ///< Its day, in UTC.
  };
  Source source = Source::constant;
  Type type = Type::text;
  std::size_t reference = 0;  ///< related only: the record's field.
  std::size_t field = 0;      ///< record, related.
  Term::Function function = Term::Function::none;
  std::int64_t offset_micros = 0;  ///< Added to a time; whole days for a date.
  Value constant = Null();
  std::size_t begin = 0;  ///< In bytes of the rule.
  std::size_t end = 0;

  bool of_record() const noexcept { return source == Source::record || source == Source::related; }
  /// Whether it is never null.
  bool is_always_there() const noexcept {
    return source == Source::now || source == Source::today || source == Source::viewer_is_user;
  }
  bool same_place(const Operand& other) const noexcept {
    return source == other.source && reference == other.reference && field == other.field && function == other.function;
  }
};

/// A checked rule, or a part of one. What depends on the record stands left where only one side does.
struct Condition {
  enum class Kind : unsigned char {
    constant,  ///< `holds`
    any,       ///< Of the children.
    all,
    negation,    ///< Of the one child.
    comparison,  ///< left `op` right, eq to lte.
    is_null,     ///< left
    starts_with,
    ends_with,
    contains,  ///< left holds right, which does not depend on the record.
  };
  /// As what both sides of a comparison are taken.
  enum class Compared : unsigned char {
    text,  ///< By bytes: times in their canonical form too.
    integer,
    number,
    boolean,
    uuid,
    moment,  ///< As microseconds since 1970: times that something is added to, or that are of the request.
  };
  Kind kind = Kind::constant;
  bool holds = false;
  bool listed = false;      ///< An any that was written as a list: children are comparisons with eq.
  bool membership = false;  ///< The same, of one of the record's values in a list of others.
  CompareOp op = CompareOp::eq;
  Compared compared = Compared::text;
  Operand left;
  Operand right;
  std::vector<Condition> children;
  std::size_t begin = 0;  ///< In bytes of the rule.
  std::size_t end = 0;
};

/// Names and types looked at: a tree that can be evaluated and bound; or the first thing wrong.
std::expected<Condition, RuleProblem> check_rule(const Syntax& syntax, const Schema& schema,
                                                 const Collection& collection, Rule::Reach reach);

/// The answer, where it is the same for every record.
std::optional<bool> decide(const Condition& condition, const RuleInputs& inputs);
bool allows(const Condition& condition, const RuleInputs& inputs, const RuleRecord& record);
/// The condition, or its contrary, as a filter that is right where it is true: it may be unknown where it is not.
Filter bind(const Condition& condition, bool wanted, const RuleInputs& inputs, std::span<const Collection> collections,
            const Collection& collection);

}  // namespace banyan::rules
