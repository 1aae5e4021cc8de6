#pragma once

#include <iosfwd>
#include <optional>

#include "banyan/base/result.hpp"
#include "banyan/config/config.hpp"
#include "banyan/core/schema_plan.hpp"

namespace banyan::app {

/// The variables of this process.
config::Environment process_environment();

/// The configuration, or nothing after its problems were written to `err`, a line each, and what to do.
std::optional<config::Config> load_or_report(const std::filesystem::path& file, std::ostream& err);
std::optional<config::Config> load_or_report(const std::filesystem::path& file, const config::Environment& environment,
                                             std::ostream& err);

/// "banyan: message" with its hint and, for the operator, its detail.
void report(const Error& error, std::ostream& err);

/// The plan in words, with the statements that would be run.
void describe(const SchemaPlan& plan, std::ostream& out);

}  // namespace banyan::app
