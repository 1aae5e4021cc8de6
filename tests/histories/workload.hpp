#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "tests/histories/client.hpp"
#include "tests/histories/history.hpp"

namespace banyan::histories {

/// Something that happens to a world again and again: one time each call, which may take a while.
using Fault = std::function<void(World& world, Random& random)>;

struct WorkloadSettings {
  std::size_t operations = 3'000;  ///< At least; more while faults are still to come.
  std::size_t faults_min = 1;      ///< Times that the fault has happened by the end, where there is one.
  std::size_t clients = 8;
  std::size_t keys = 8;
  bool by_token = true;
  std::uint64_t seed = 1;
};

/// What clients were told in all, and what they were not.
struct Outcome {
  History history;
  std::size_t acknowledged = 0;
  std::size_t unanswered_reads = 0;
  std::string last_failure;  ///< Of any client, for whoever reads why a test fails.
};

/// Clients that ask instances at random, for few keys, while the fault happens to the world.
Outcome run(World& world, const WorkloadSettings& settings, const Fault& fault);

/// BANYAN_HISTORY_OPERATIONS, or that number.
std::size_t operations_or(std::size_t otherwise);

}  // namespace banyan::histories
