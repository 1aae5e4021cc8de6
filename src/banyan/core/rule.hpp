#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/base/clock.hpp"
#include "banyan/base/context.hpp"
#include "banyan/core/value.hpp"

namespace banyan {

struct Collection;
struct Filter;
struct Schema;

/// What a rule may look at beside the record.
struct RuleInputs {
  const Viewer& viewer;
  UnixMicros now = 0;
};

/// The record that a rule is asked about, and those that its references name.
class RuleRecord {
 public:
  virtual ~RuleRecord() = default;
  virtual const Value& value(std::size_t field) const = 0;
  /// The field of the record that the reference names; null where there is none.
  virtual const Value& related(std::size_t reference, std::size_t field) const = 0;
};

/// What is wrong with the text of a rule.
struct RuleProblem {
  std::size_t offset = 0;  ///< In bytes from the start of the text.
  std::string message;     ///< "unknown field 'nme', did you mean 'name'?"
  std::string hint;
};

/// A condition on a record and whoever asks, in the language of docs/rules.md: `record.owner == viewer.id`. Two values:
/// a comparison with null is false, and so is `!=`; `!` of it is true. Checked for names and types when it is made;
/// bounded in length and depth.
/// Immutable, thread-safe. Lifetime: it points into the schema that it was compiled for.
class Rule {
 public:
  /// Whether it may follow the record's references.
  enum class Reach : unsigned char { related, record };
  static std::expected<std::shared_ptr<const Rule>, RuleProblem> compile(std::string_view text, const Schema& schema,
                                                                         const Collection& collection,
                                                                         Reach reach = Reach::related);
  ~Rule();
  Rule(const Rule&) = delete;
  Rule& operator=(const Rule&) = delete;

  const std::string& text() const noexcept;

  /// The answer, where it does not depend on the record.
  std::optional<bool> decide(const RuleInputs& inputs) const;
  /// Whether it holds for the record: for those that come from a cache. Takes nothing from the heap.
  bool allows(const RuleInputs& inputs, const RuleRecord& record) const;
  /// The same as a condition of a statement: matches exactly the records that allows() is true for.
  Filter bind(const RuleInputs& inputs) const;

  /// Fields of the record that it looks at, references that it follows among them; ascending.
  std::span<const std::size_t> fields() const noexcept;
  /// References that it follows, and what it looks at behind them.
  struct Hop {
    std::size_t reference;
    std::vector<std::size_t> fields;  ///< Of the collection that the reference names; ascending.
  };
  std::span<const Hop> hops() const noexcept;

  /// The rule as it was understood, and for one record which of its parts hold: for `banyan rules explain`.
  std::string explain(const RuleInputs& inputs, const RuleRecord& record) const;
  /// The same without a record: what depends on it says so.
  std::string explain(const RuleInputs& inputs) const;

 private:
  struct Compiled;
  explicit Rule(std::unique_ptr<const Compiled> compiled);
  std::unique_ptr<const Compiled> compiled_;
};

}  // namespace banyan
