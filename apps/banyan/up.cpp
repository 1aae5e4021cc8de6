#include <fstream>
#include <iostream>
#include <utility>

#include "banyan/base/ids.hpp"
#include "banyan/base/random.hpp"
#include "banyan/fleet/local/run_folder.hpp"
#include "commands.hpp"
#include "fleet_subject.hpp"
#include "report.hpp"
#include "signals.hpp"
#include "stage_files.hpp"
#include "up_session.hpp"

namespace banyan::app {
namespace {

constexpr std::size_t service_key_bytes = 32;

// Where servers are, as the environment says it.
constexpr const char* server_variables[] = {"PORT",
                                            "BANYAN_SERVER_LISTEN",
                                            "DATABASE_URL",
                                            "REDIS_URL",
                                            "BANYAN_DATABASE_REPLICAS",
                                            "BANYAN_DATABASE_URL",
                                            "BANYAN_CACHE_URL"};

// A stage is what its file says, whatever servers the environment names.
config::Environment environment_for(const FleetName& name) {
  config::Environment environment = process_environment();
  if (name.stage != 0)
    for (const char* variable : server_variables) environment.erase(variable);
  std::string& key = environment["BANYAN_SERVICE_KEY"];
  SystemRandom random;
  // One for all instances, as long as the fleet runs.
  if (key.empty()) key = make_hex_token(random, service_key_bytes);
  return environment;
}

Result<std::filesystem::path> config_file_of(const FleetName& name, const fleet::RunFolder& folder) {
  if (name.stage == 0) return name.config_file;
  const Result<std::filesystem::path> place = folder.make("config");
  if (!place) return fail(place.error());
  std::filesystem::path file = *place / ("stage-" + std::to_string(name.stage) + ".toml");
  std::ofstream(file) << stage_file(name.stage);
  return file;
}

int failed(const Error& error) {
  report(error, std::cerr);
  return exit_failed;
}

fleet::StagePlan plan_for(const config::Config& config, config::Environment environment, const UpArguments& arguments) {
  fleet::StagePlan plan = fleet::plan_of(config);
  // By its own path rather than /proc/self/exe, so that a rolling restart starts what was built meanwhile.
  plan.program = std::filesystem::read_symlink("/proc/self/exe");
  plan.environment = std::move(environment);
  if (arguments.port) plan.port = *arguments.port;
  if (arguments.instances) plan.instances = *arguments.instances;
  if (!arguments.keep.empty()) plan.kept = std::filesystem::absolute(arguments.keep).lexically_normal();
  return plan;
}

}  // namespace

int up(const UpArguments& arguments) {
  StopSignals signals;
  const Result<fleet::RunFolder> folder = fleet::RunFolder::take(subject_of(arguments.name));
  if (!folder) return failed(folder.error());
  const Result<std::filesystem::path> file = config_file_of(arguments.name, *folder);
  if (!file) return failed(file.error());
  config::Environment environment = environment_for(arguments.name);
  const auto config = load_or_report(*file, environment, std::cerr);
  if (!config) return exit_usage;
  const fleet::StagePlan plan = plan_for(*config, std::move(environment), arguments);
  UpSession session(plan, *folder, arguments.verbose, arguments.once_ready);
  signals.on_stop([&](int signal) { session.request_stop(signal); });
  const int exit_code = session.run();
  signals.end();
  return exit_code;
}

}  // namespace banyan::app
