#pragma once

#include <chrono>
#include <thread>

namespace banyan::scenarios {

/// Repeats `holds` until it is true; for what becomes true by itself.
template <typename Holds>
bool becomes_true(Holds holds, std::chrono::milliseconds at_most = std::chrono::milliseconds(20'000)) {
  const auto end = std::chrono::steady_clock::now() + at_most;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace banyan::scenarios
