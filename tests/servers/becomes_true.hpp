#pragma once

#include <chrono>
#include <thread>

namespace banyan::testkit {

/// Asks again and again until `holds` is true, for what becomes true by itself; false where it does not within a time
/// that no healthy run takes.
template <typename Holds>
bool becomes_true(Holds holds, std::chrono::milliseconds at_most = std::chrono::seconds(60)) {
  const auto until = std::chrono::steady_clock::now() + at_most;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace banyan::testkit
