#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace banyan::scenarios {

/// Whether the servers and commands of this run keep their records in PostgreSQL: BANYAN_TEST_STAGE is "postgres",
/// or a stage of fleets that has it (fleet_stage.hpp).
/// Otherwise in SQLite, as the config of the test says.
bool on_postgres();

/// The variables that lead what runs in this folder to its database: always the same one for one folder, made when it
/// is first asked for. None on SQLite.
std::map<std::string, std::string> stage_environment(const std::filesystem::path& folder);

}  // namespace banyan::scenarios
