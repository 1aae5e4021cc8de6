#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "banyan/base/clock.hpp"
#include "commands.hpp"
#include "open_store.hpp"
#include "report.hpp"

namespace banyan::app {
namespace {

using Kind = SchemaDifference::Kind;

/// What comes to light only when something else has been done (renames) takes a round of its own.
constexpr int rounds_max = 4;

bool is_asked_for(const SchemaDifference& difference, const ApplyArguments& arguments) {
  if (difference.statements.empty()) return false;
  if (difference.option == "--triggers") return arguments.triggers;
  if (!difference.option.empty())
    return std::ranges::any_of(arguments.drop,
                               [&](const std::string& name) { return difference.option == "--drop " + name; });
  return !arguments.only_triggers || difference.kind == Kind::additive;
}

/// A name to drop that is in the config, or nowhere, is a slip of the pen.
bool all_may_be_dropped(const SchemaPlan& plan, const ApplyArguments& arguments) {
  for (const std::string& name : arguments.drop) {
    const bool known = std::ranges::any_of(plan.differences, [&](const SchemaDifference& difference) {
      return difference.option == "--drop " + name && !difference.statements.empty();
    });
    if (known) continue;
    std::cerr << "banyan: " << name << " cannot be dropped: it is not in the database, or the config declares it.\n";
    return false;
  }
  return true;
}

void show(const SchemaPlan& plan) {
  for (const SchemaDifference& difference : plan.differences) {
    std::cout << "-- " << difference.what << "\n";
    for (const std::string& statement : difference.statements) std::cout << statement << ";\n";
  }
  std::cout << std::flush;
}

bool is_agreed(const ApplyArguments& arguments) {
  if (arguments.yes) return true;
  if (::isatty(STDIN_FILENO) == 0) {
    std::cerr << "Nothing was changed: say --yes to have it done without being asked.\n";
    return false;
  }
  std::cerr << "Do this? [y/N] ";
  std::string answer;
  std::getline(std::cin, answer);
  if (answer == "y" || answer == "yes") return true;
  std::cerr << "Nothing was changed.\n";
  return false;
}

/// What only a person can mend.
int report_rest(const SchemaPlan& plan) {
  if (!plan.has(Kind::blocking)) return exit_ok;
  describe(plan, std::cerr);
  return exit_failed;
}

}  // namespace

int apply_schema(const config::Config& config, const ApplyArguments& arguments) {
  const SystemClock clock;
  NullLog log;
  UnseenMetrics metrics;
  auto store = open_store(config.database, {config.schema, clock, log, metrics, config.cache.shared()});
  if (!store) return report(store.error(), std::cerr), exit_failed;
  bool dropped = false;
  for (int round = 0; round < rounds_max; ++round) {
    Result<SchemaPlan> plan = (*store)->plan();
    if (!plan) return report(plan.error(), std::cerr), exit_failed;
    // What renames hide is looked for in a later round.
    const bool renames = std::ranges::any_of(plan->differences, &SchemaDifference::first);
    if (!renames && !dropped && !all_may_be_dropped(*plan, arguments)) return exit_usage;
    SchemaPlan asked_for = *plan;
    std::erase_if(asked_for.differences, [&](const auto& difference) { return !is_asked_for(difference, arguments); });
    if (asked_for.differences.empty()) {
      if (round == 0) std::cout << "There is nothing to do that was asked for.\n";
      return report_rest(*plan);
    }
    show(asked_for);
    if (arguments.dry_run) return exit_ok;
    if (!is_agreed(arguments)) return exit_failed;
    if (const Result<void> applied = (*store)->apply_planned(asked_for); !applied)
      return report(applied.error(), std::cerr), exit_failed;
    dropped = dropped || !renames;
  }
  std::cerr << "banyan: what was done does not stay; see `banyan schema plan`.\n";
  return exit_failed;
}

int schema_apply(const std::filesystem::path& config_file, const ApplyArguments& arguments) {
  const auto config = load_or_report(config_file, std::cerr);
  return config ? apply_schema(*config, arguments) : exit_usage;
}

}  // namespace banyan::app
