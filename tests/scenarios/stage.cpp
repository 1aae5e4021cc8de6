#include "scenarios/stage.hpp"

#include <cstdlib>
#include <mutex>
#include <string_view>

#include "scenarios/fleet_stage.hpp"
#include "tests/servers/shared_postgres.hpp"

namespace banyan::scenarios {

bool on_postgres() {
  const char* stage = std::getenv("BANYAN_TEST_STAGE");
  return (stage != nullptr && std::string_view(stage) == "postgres") || fleet_stage().value_or(0) >= 3;
}

std::map<std::string, std::string> stage_environment(const std::filesystem::path& folder) {
  if (!on_postgres() || fleet_stage()) return {};
  static std::mutex mutex;
  static std::map<std::filesystem::path, std::string> urls;
  const std::lock_guard lock(mutex);
  std::string& url = urls[folder];
  if (url.empty()) url = testkit::shared_postgres().make_database();
  return {{"DATABASE_URL", url}};
}

}  // namespace banyan::scenarios
