#include "banyan/core/rule.hpp"

#include "banyan/core/query.hpp"

namespace banyan {

struct Rule::Compiled {
  std::string text;
};

Rule::Rule(std::unique_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
Rule::~Rule() = default;

std::expected<std::shared_ptr<const Rule>, RuleProblem> Rule::compile(std::string_view, const Schema&,
                                                                      const Collection&) {
  return std::unexpected(RuleProblem{0, "rules over records are not there yet", ""});
}
const std::string& Rule::text() const noexcept { return compiled_->text; }
std::optional<bool> Rule::decide(const RuleInputs&) const { return false; }
bool Rule::allows(const RuleInputs&, const RuleRecord&) const { return false; }
Filter Rule::bind(const RuleInputs&) const { return Filter::nothing(); }
std::span<const std::size_t> Rule::fields() const noexcept { return {}; }
std::span<const Rule::Hop> Rule::hops() const noexcept { return {}; }
std::string Rule::explain(const RuleInputs&, const RuleRecord&) const { return {}; }

}  // namespace banyan
