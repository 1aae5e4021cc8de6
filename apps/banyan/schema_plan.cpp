#include <iostream>

#include "banyan/base/clock.hpp"
#include "commands.hpp"
#include "open_store.hpp"
#include "report.hpp"

namespace banyan::app {

int schema_plan(const std::filesystem::path& config_file) {
  const auto config = load_or_report(config_file, std::cerr);
  if (!config) return exit_usage;
  const SystemClock clock;
  NullLog log;
  UnseenMetrics metrics;
  auto keeper = open_keeper(config->database, {config->schema, clock, log, metrics});
  if (!keeper) {
    report(keeper.error(), std::cerr);
    return exit_failed;
  }
  const Result<SchemaPlan> plan = (*keeper)->plan();
  if (!plan) {
    report(plan.error(), std::cerr);
    return exit_failed;
  }
  describe(*plan, std::cout);
  return plan->has(SchemaDifference::Kind::blocking) ? exit_failed : exit_ok;
}

}  // namespace banyan::app
