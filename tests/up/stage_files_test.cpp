#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "scenarios/fleet_stage.hpp"
#include "scenarios/server_process.hpp"

namespace banyan::scenarios {
namespace {

using testing::IsSupersetOf;
using testing::Key;

constexpr int stages = 4;

std::string path_of(int stage) { return std::string(BANYAN_STAGES_FOLDER) + "/" + std::to_string(stage) + ".toml"; }

bool may_differ(const std::string& section, const std::string& line) {
  if (line.starts_with("#")) return false;
  return section == "[fleet]" ||
         (section == "[database]" && (line.starts_with("url = ") || line.starts_with("replicas = "))) ||
         (section == "[cache]" && line.starts_with("url = "));
}

// What is the application's, without the lines in which stages may differ, and without blank ones.
std::string application_of(int stage) {
  std::istringstream lines(read_text(path_of(stage)));
  std::string application;
  std::string section;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("[")) section = line;
    if (!line.empty() && !may_differ(section, line)) application += line + "\n";
  }
  return application;
}

TEST(StageFiles, are_one_application_and_differ_in_urls_and_the_fleet_alone) {
  const std::string application = application_of(1);
  EXPECT_THAT(application, testing::HasSubstr("[collections.users]"));
  for (int stage = 2; stage <= stages; ++stage) EXPECT_EQ(application_of(stage), application) << path_of(stage);
}

TEST(StageFiles, are_well) {
  const PrivateFolder folder;
  for (int stage = 1; stage <= stages; ++stage) {
    const CommandResult checked =
        run_banyan(folder.path(), {"check", path_of(stage)}, {{"BANYAN_SERVICE_KEY", ServerProcess::service_key}});
    EXPECT_EQ(checked.exit_code, 0) << checked.output;
  }
}

TEST(StageFiles, each_differ_from_the_one_before) {
  for (int stage = 2; stage <= stages; ++stage) EXPECT_NE(stage_settings(stage), stage_settings(stage - 1)) << stage;
  EXPECT_THAT(stage_settings(4), IsSupersetOf({Key("BANYAN_DATABASE_URL"), Key("BANYAN_FLEET_INSTANCES")}));
}

}  // namespace
}  // namespace banyan::scenarios
