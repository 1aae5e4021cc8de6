#pragma once

#include <optional>
#include <string>

#include "banyan/base/context.hpp"
#include "banyan/base/result.hpp"
#include "banyan/core/query.hpp"
#include "banyan/core/record.hpp"
#include "banyan/core/schema.hpp"

namespace banyan::services {

/// What rules look at beside the record. Lifetime: that of the context.
inline RuleInputs rule_inputs(const Context& context) { return {context.viewer, context.clock.wall()}; }

/// How the policy turns a viewer away from the action.
Error denial(const Context& context, const Collection& collection, Action action);

/// Why the policy turns the viewer away whatever the record (`unauthenticated` or `forbidden`); nothing for whom it
/// lets in, or for whom it depends on the record.
std::optional<Error> refusal(const Context& context, const Collection& collection, Action action);

/// `unauthenticated` for an anonymous viewer and `forbidden` for any other, with the reason `access_denied`.
Error turned_away(const Context& context, std::string message);

/// What the action's rule asks of a record; everything matches where it asks nothing.
Filter condition(const RuleInputs& inputs, const Collection& collection, Action action);

/// Whether the field's rule keeps it from the viewer, in some records or in all. Then nothing may depend on its values.
bool may_be_hidden(const RuleInputs& inputs, const Field& field);
/// Whether the viewer never sees the field, or may never set it, whatever the record.
bool is_always_hidden(const RuleInputs& inputs, const Field& field);
bool is_never_settable(const RuleInputs& inputs, const Field& field);

/// `not_found`: the same words whether there is no such record or the viewer may not read it.
Error no_such_record(const RecordKey& key);

}  // namespace banyan::services
