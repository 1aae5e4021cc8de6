#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/http_client.hpp"
#include "scenarios/server_process.hpp"

namespace banyan::scenarios {

using Instances = std::vector<std::unique_ptr<ServerProcess>>;

/// So many processes of one configuration, started one after the other on the calling thread, with which they end. Each
/// is ready. Throws as ServerProcess::start() does.
Instances start_instances(std::size_t count, const std::string& config,
                          const std::map<std::string, std::string>& environment);

/// The sum of what an instance's `/metrics` has on lines that begin so.
double metric(HttpClient& client, std::string_view prefix);

}  // namespace banyan::scenarios
