#include "banyan/services/access.hpp"

#include <utility>

namespace banyan::services {
namespace {

const char* doing(Action action) {
  switch (action) {
    case Action::read: return "Reading";
    case Action::create: return "Creating in";
    case Action::update: return "Changing";
    case Action::remove: return "Deleting from";
  }
  return "Using";
}

// The rule's answer without a record; a viewer for whom rules do not count passes.
std::optional<bool> decided(const RuleInputs& inputs, const std::shared_ptr<const Rule>& rule) {
  if (!rule || inputs.viewer.is_service()) return true;
  return rule->decide(inputs);
}

}  // namespace

Error turned_away(const Context& context, std::string message) {
  const bool anonymous = context.viewer.kind == Viewer::Kind::anonymous;
  return Error(anonymous ? ErrorCode::unauthenticated : ErrorCode::forbidden, std::move(message))
      .with_reason("access_denied");
}

Error denial(const Context& context, const Collection& collection, Action action) {
  return turned_away(context, std::string(doing(action)) + " '" + collection.name + "' is not open to everyone.")
      .with_hint("Use the service key, or open it in the config: [collections." + collection.name + "] access." +
                 std::string(to_string(action)) + " = \"anyone\".");
}

std::optional<Error> refusal(const Context& context, const Collection& collection, Action action) {
  if (collection.policy.decide(action, rule_inputs(context)) != Policy::Verdict::denied) return std::nullopt;
  return denial(context, collection, action);
}

Filter condition(const RuleInputs& inputs, const Collection& collection, Action action) {
  switch (collection.policy.decide(action, inputs)) {
    case Policy::Verdict::allowed: return {};
    case Policy::Verdict::denied: return Filter::nothing();
    case Policy::Verdict::depends: break;
  }
  return collection.policy.rule(action)->bind(inputs);
}

bool may_be_hidden(const RuleInputs& inputs, const Field& field) {
  return decided(inputs, field.read_rule) != std::optional(true);
}

bool is_always_hidden(const RuleInputs& inputs, const Field& field) {
  return decided(inputs, field.read_rule) == std::optional(false);
}

bool is_never_settable(const RuleInputs& inputs, const Field& field) {
  return decided(inputs, field.write_rule) == std::optional(false);
}

Error no_such_record(const RecordKey& key) {
  return Error(ErrorCode::not_found, "There is no record " + to_string(key) + ".");
}

}  // namespace banyan::services
