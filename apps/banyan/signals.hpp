#pragma once

#include <functional>
#include <thread>

namespace banyan::app {

/// Calls `stop` when SIGTERM or SIGINT arrives; a second one ends the process at once. Make it before any other
/// thread, for threads inherit the mask that keeps these signals for this one.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// Begins to listen, once.
  void on_stop(std::function<void(int signal)> stop);

 private:
  std::thread listener_;
};

}  // namespace banyan::app
