#include <fstream>
#include <iostream>

#include "banyan/api/openapi/database_types.hpp"
#include "commands.hpp"
#include "report.hpp"

namespace banyan::app {

int types_typescript(const std::filesystem::path& config_file, const std::filesystem::path& output) {
  const auto config = load_or_report(config_file, std::cerr);
  if (!config) return exit_usage;
  const std::string types = openapi::make_database_types(config->schema, config->queries);
  if (output.empty()) {
    std::cout << types << std::flush;
    if (std::cout) return exit_ok;
    std::cerr << "banyan: the types could not be written\n";
    return exit_failed;
  }
  std::ofstream file(output, std::ios::binary | std::ios::trunc);
  file << types << std::flush;
  if (file) return exit_ok;
  std::cerr << "banyan: " << output.string() << " could not be written\n";
  return exit_failed;
}

}  // namespace banyan::app
