#pragma once

#include <cstdint>
#include <expected>
#include <string>

#include "banyan/core/rule_condition.hpp"

namespace banyan::rules {

/// What a side of a comparison turned out to be.
struct Given {
  enum class Kind : unsigned char { operand, null, duration };
  Kind kind = Kind::operand;
  Operand operand = {};
  std::int64_t micros = 0;  ///< duration only.
  std::size_t begin = 0;    ///< In bytes of the rule.
  std::size_t end = 0;

  bool is_literal() const noexcept { return kind == Kind::operand && operand.source == Operand::Source::constant; }
};

/// "an integer", for messages.
std::string phrase(Type type);
std::string phrase(const Given& given);

/// Reads the values of a rule: literals, paths, functions of texts, sums of times and durations.
class ValueReader {
 public:
  ValueReader(const Schema& schema, const Collection& collection, Rule::Reach reach)
      : schema_(schema), collection_(collection), reach_(reach) {}

  std::expected<Given, RuleProblem> read(const Syntax& syntax) const;
  /// The field that an operand of the record, or of one behind it, looks at.
  const Field& field_of(const Operand& operand) const;

 private:
  std::expected<Given, RuleProblem> read_number(const Syntax& syntax) const;
  std::expected<Given, RuleProblem> read_path(const Syntax& syntax) const;
  std::expected<Given, RuleProblem> read_record_path(const Syntax& syntax) const;
  std::expected<Given, RuleProblem> read_call(const Syntax& syntax) const;
  std::expected<Given, RuleProblem> read_duration(const Syntax& syntax, std::int64_t unit_micros) const;
  std::expected<Given, RuleProblem> read_text_function(const Syntax& syntax, Term::Function function) const;
  std::expected<Given, RuleProblem> read_sum(const Syntax& syntax) const;
  std::expected<std::size_t, RuleProblem> find_field(const Collection& collection, const Syntax::Word& word) const;
  std::expected<Given, RuleProblem> unknown_word(const Syntax::Word& word) const;

  const Schema& schema_;
  const Collection& collection_;
  Rule::Reach reach_;
};

}  // namespace banyan::rules
