#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <string>

#include "banyan/base/numbers.hpp"
#include "banyan/base/random.hpp"

namespace banyan::testkit {

/// What the variable says, or `otherwise` where there is none or it is empty. Throws where it is no whole number.
inline std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* const told = std::getenv(name);
  if (told == nullptr || *told == '\0') return otherwise;
  if (const auto number = parse_whole<std::uint64_t>(told)) return *number;
  throw std::runtime_error(std::string(name) + " is no whole number: " + told);
}

/// BANYAN_SEED, or a new one. Whoever uses it prints it, so that a run can be repeated.
inline std::uint64_t seed_from_environment() { return number_from_environment("BANYAN_SEED", SystemRandom().next()); }

/// The same, printed.
inline std::uint64_t printed_seed() {
  const std::uint64_t seed = seed_from_environment();
  std::cout << "BANYAN_SEED=" << seed << std::endl;
  return seed;
}

}  // namespace banyan::testkit
