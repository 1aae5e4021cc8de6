#include <iostream>

#include "commands.hpp"
#include "report.hpp"

namespace banyan::app {

int check(const std::filesystem::path& config_file) {
  const auto config = load_or_report(config_file, std::cerr);
  if (!config) return exit_usage;
  std::size_t fields = 0;
  for (const Collection& collection : config->schema.collections) fields += collection.fields.size();
  std::cout << config_file.string() << " is well: " << config->schema.collections.size() << " collections, " << fields
            << " fields.\n";
  return exit_ok;
}

}  // namespace banyan::app
