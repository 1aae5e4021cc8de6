#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace banyan::scenarios {

/// A request that was not answered as it should have been.
struct FailedRequest {
  std::chrono::steady_clock::time_point began;
  std::chrono::steady_clock::time_point ended;
  std::string what;
};

/// Clients of the application of examples/stages that make users and read the first one without a pause, each over a
/// connection that it keeps. There has to be a first one. Thread safety: all from any thread.
class SteadyLoad {
 public:
  SteadyLoad(std::uint16_t port, int clients);
  ~SteadyLoad() { stop(); }
  SteadyLoad(const SteadyLoad&) = delete;
  SteadyLoad& operator=(const SteadyLoad&) = delete;

  void stop();
  std::uint64_t answered() const { return answered_; }
  /// Waits until that many more were answered; false when that takes longer than half a minute.
  bool answers_more(std::uint64_t count) const;
  std::vector<FailedRequest> failed() const;
  /// Those that were answered as they should have been, but only after a connection had ended without an answer.
  std::vector<FailedRequest> repeated() const;
  /// How many users it has been told that it made.
  std::uint64_t made() const { return made_; }

 private:
  void ask(std::uint16_t port, int client);

  std::atomic<bool> stopping_ = false;
  std::atomic<std::uint64_t> answered_ = 0;
  std::atomic<std::uint64_t> made_ = 0;
  mutable std::mutex mutex_;
  std::vector<FailedRequest> failed_;
  std::vector<FailedRequest> repeated_;
  std::vector<std::thread> threads_;
};

}  // namespace banyan::scenarios
