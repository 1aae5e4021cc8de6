#pragma once

#include <string>
#include <string_view>

#include "banyan/core/rule_condition.hpp"

namespace banyan::rules {

/// The condition's parts, a line each, with whether they hold and what was compared. Without a record, what depends on
/// it says so.
std::string explain(std::string_view rule, const Condition& condition, const RuleInputs& inputs,
                    const RuleRecord* record);

}  // namespace banyan::rules
