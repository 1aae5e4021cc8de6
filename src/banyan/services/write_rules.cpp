#include "banyan/services/write_rules.hpp"

#include <utility>

#include "banyan/services/access.hpp"

namespace banyan::services {
namespace {

Error not_settable(const Context& context, const Collection& collection, std::vector<FieldProblem> problems) {
  std::string names;
  for (const FieldProblem& problem : problems) names += (names.empty() ? "'" : ", '") + problem.field + "'";
  return turned_away(context, names + " of '" + collection.name + "' is not yours to set.")
      .with_hint("Leave it out, or use the service key.")
      .with_fields(std::move(problems));
}

}  // namespace

Result<Filter> write_condition(const Context& context, const Collection& collection, Action action,
                               std::span<const std::size_t> named) {
  const RuleInputs inputs = rule_inputs(context);
  Filter wanted = condition(inputs, collection, action);
  if (context.viewer.is_service()) return wanted;
  std::vector<FieldProblem> refused;
  for (const std::size_t place : named) {
    const Field& field = collection.fields[place];
    if (!field.write_rule) continue;
    const std::optional<bool> decided = field.write_rule->decide(inputs);
    if (!decided) wanted = Filter::both(std::move(wanted), field.write_rule->bind(inputs));
    if (decided == std::optional(false)) refused.push_back({field.name, "is not yours to set"});
  }
  if (!refused.empty()) return fail(not_settable(context, collection, std::move(refused)));
  return wanted;
}

std::vector<std::size_t> locked_fields(const Context& context, const Collection& collection) {
  const RuleInputs inputs = rule_inputs(context);
  std::vector<std::size_t> locked;
  for (std::size_t i = 0; i < collection.fields.size(); ++i)
    if (is_never_settable(inputs, collection.fields[i]) || is_always_hidden(inputs, collection.fields[i]))
      locked.push_back(i);
  return locked;
}

}  // namespace banyan::services
