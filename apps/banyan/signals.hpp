#pragma once

#include <atomic>
#include <functional>
#include <thread>

namespace banyan::app {

/// Calls `stop` when SIGTERM, SIGINT or SIGHUP arrives; a second one ends the process at once. Make it before any other
/// thread, for threads inherit the mask that keeps these signals for this one.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// Begins to listen, once.
  void on_stop(std::function<void(int signal)> stop);
  /// Listens no more; `stop` is not running and will not run any more. The destructor does it otherwise.
  void end();

 private:
  std::atomic<bool> ending_ = false;
  std::thread listener_;
};

}  // namespace banyan::app
