#include "scenarios/instances.hpp"

#include <sstream>

namespace banyan::scenarios {

Instances start_instances(std::size_t count, const std::string& config,
                          const std::map<std::string, std::string>& environment) {
  Instances instances;
  for (std::size_t i = 0; i < count; ++i) {
    instances.push_back(std::make_unique<ServerProcess>(ServerSetup{.config = config, .environment = environment}));
    instances.back()->start();
  }
  return instances;
}

double metric(HttpClient& client, std::string_view prefix) {
  double sum = 0;
  std::istringstream lines(client.get("/metrics").body);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(prefix)) sum += std::stod(line.substr(line.rfind(' ')));
  return sum;
}

}  // namespace banyan::scenarios
