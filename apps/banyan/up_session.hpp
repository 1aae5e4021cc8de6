#pragma once

#include <atomic>
#include <filesystem>
#include <optional>
#include <string>

#include "banyan/base/random.hpp"
#include "banyan/fleet/local/control_socket.hpp"
#include "banyan/fleet/local/run_folder.hpp"
#include "banyan/fleet/local/running_fleet.hpp"
#include "banyan/fleet/local/stage_plan.hpp"
#include "fleet_screen.hpp"

namespace banyan::app {

/// One run of `banyan up`: a fleet, what is shown of it, and who may change it.
/// Thread safety: request_stop() from any thread; the rest from the one that made it.
class UpSession {
 public:
  /// Both outlive it.
  UpSession(const fleet::StagePlan& plan, const fleet::RunFolder& folder, bool verbose, std::string once_ready);

  /// Runs the fleet until a stop is requested, or the command `once_ready` has ended; the exit code, that of the
  /// command where there is one. A command that was not let run to its end gives 128 + the signal. Errors are reported
  /// to standard error.
  int run();
  void request_stop(int signal) noexcept;

 private:
  int serve();
  int serve_until_stop();
  Result<void> start_command();
  void end_command();
  int stopped_by_signal() const;
  int stop(const std::optional<Error>& error);
  Result<std::filesystem::path> write_key() const;
  void attend();
  void answer(const fleet::ControlRequest& request);
  Result<void> change(const fleet::ControlRequest& request);

  const fleet::StagePlan& plan_;
  const fleet::RunFolder& folder_;
  SystemRandom random_;
  FleetScreen screen_;
  std::string once_ready_;
  std::optional<fleet::ChildProcess> command_;
  const fleet::ControlSocket* control_ = nullptr;
  bool changing_ = false;
  std::atomic<int> stop_signal_ = 0;
  fleet::RunningFleet fleet_;
};

}  // namespace banyan::app
