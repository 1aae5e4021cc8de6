#pragma once

#include <thread>
#include <vector>

namespace banyan::contracts {

inline constexpr int thread_count = 4;

/// Runs `work(i)` on threads and waits for all of them.
template <typename Work>
void on_threads(Work work) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < thread_count; ++i) threads.emplace_back([&work, i] { work(i); });
}

}  // namespace banyan::contracts
