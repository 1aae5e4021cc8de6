#pragma once

#include <sstream>
#include <string>

#include "scenarios/http_client.hpp"

namespace banyan::scenarios {

/// The sum of all samples at /metrics whose names begin so.
inline double metric(HttpClient& client, const std::string& name) {
  double sum = 0;
  std::istringstream lines(client.get("/metrics").body);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(name)) sum += std::stod(line.substr(line.rfind(' ')));
  return sum;
}

}  // namespace banyan::scenarios
