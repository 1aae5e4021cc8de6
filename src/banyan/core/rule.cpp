#include "banyan/core/rule.hpp"

#include <map>
#include <set>
#include <utility>

#include "banyan/core/query.hpp"
#include "banyan/core/rule_condition.hpp"
#include "banyan/core/rule_explain.hpp"
#include "banyan/core/rule_syntax.hpp"

namespace banyan {

struct Rule::Compiled {
  std::string text;
  rules::Condition condition;
  // Not the schema, which may move with all of its collections.
  std::span<const Collection> collections;
  const Collection& collection;
  std::vector<std::size_t> fields = {};
  std::vector<Hop> hops = {};
};

namespace {

struct Looked {
  std::set<std::size_t> fields;
  std::map<std::size_t, std::set<std::size_t>> behind;

  void at(const rules::Operand& operand) {
    if (operand.source == rules::Operand::Source::record) fields.insert(operand.field);
    if (operand.source != rules::Operand::Source::related) return;
    fields.insert(operand.reference);
    behind[operand.reference].insert(operand.field);
  }
  void at(const rules::Condition& condition) {
    at(condition.left);
    at(condition.right);
    for (const rules::Condition& child : condition.children) at(child);
  }
};

}  // namespace

Rule::Rule(std::unique_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
Rule::~Rule() = default;

std::expected<std::shared_ptr<const Rule>, RuleProblem> Rule::compile(std::string_view text, const Schema& schema,
                                                                      const Collection& collection, Reach reach) {
  const auto syntax = rules::parse_rule(text);
  if (!syntax) return std::unexpected(syntax.error());
  auto condition = rules::check_rule(*syntax, schema, collection, reach);
  if (!condition) return std::unexpected(std::move(condition.error()));
  auto compiled =
      std::make_unique<Compiled>(Compiled{std::string(text), std::move(*condition), schema.collections, collection});
  Looked looked;
  looked.at(compiled->condition);
  compiled->fields.assign(looked.fields.begin(), looked.fields.end());
  for (const auto& [reference, fields] : looked.behind)
    compiled->hops.push_back({reference, std::vector<std::size_t>(fields.begin(), fields.end())});
  return std::shared_ptr<const Rule>(new Rule(std::move(compiled)));
}

const std::string& Rule::text() const noexcept { return compiled_->text; }

std::optional<bool> Rule::decide(const RuleInputs& inputs) const { return rules::decide(compiled_->condition, inputs); }

bool Rule::allows(const RuleInputs& inputs, const RuleRecord& record) const {
  return rules::allows(compiled_->condition, inputs, record);
}

Filter Rule::bind(const RuleInputs& inputs) const {
  return rules::bind(compiled_->condition, true, inputs, compiled_->collections, compiled_->collection);
}

std::span<const std::size_t> Rule::fields() const noexcept { return compiled_->fields; }
std::span<const Rule::Hop> Rule::hops() const noexcept { return compiled_->hops; }

std::string Rule::explain(const RuleInputs& inputs, const RuleRecord& record) const {
  return rules::explain(compiled_->text, compiled_->condition, inputs, &record);
}
std::string Rule::explain(const RuleInputs& inputs) const {
  return rules::explain(compiled_->text, compiled_->condition, inputs, nullptr);
}

}  // namespace banyan
