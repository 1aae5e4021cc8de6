#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "banyan/fleet/local/child_process.hpp"

namespace banyan::fleet {

/// A program of a fleet, how it is known to serve, and how it is ended.
struct ServiceSetup {
  std::string name;        ///< "instance-2", unique in the fleet.
  std::string what;        ///< "PostgreSQL, a replica".
  std::uint16_t port = 0;  ///< On the loopback interface.
  ChildSetup child;
  std::function<bool()> ready;  ///< Whether it serves now; answers within a second or so.
  int stop_signal = SIGTERM;
  std::chrono::milliseconds stop_within{15'000};  ///< After that it is killed.
};

/// One program that is kept running: when it ends without having been told to, it is started again, after a pause that
/// doubles from try to try.
///
/// Thread safety: none. The thread that starts it must last as long as it does.
class Service {
 public:
  enum class State : unsigned char {
    stopped,
    starting,  ///< Runs, and has not served yet.
    ready,
    unready,  ///< Has served, and does not now.
    waiting,  ///< Has ended, and is started again after a pause.
    stopping,
  };
  using Clock = std::chrono::steady_clock;
  using Report = std::function<void(const std::string& line)>;

  /// `report` hears of ends and starts that nobody asked for, a sentence each.
  Service(ServiceSetup setup, Report report);

  Result<void> start();
  /// Sends the signal that ends it, once however often it is called: a second one would cut it off; step() sees to the
  /// rest.
  void begin_stop();
  /// Looks after it: whether it runs, whether it serves, whether it is time to start it again or to kill it. To be
  /// called often; asks for its health each time while it starts, and once a second afterwards.
  void step(Clock::time_point now);
  /// Kills it.
  void kill();

  State state() const noexcept { return state_; }
  /// 0 when it does not run.
  pid_t pid() const noexcept { return running_process() ? process_->pid() : 0; }
  /// How often it was started again without having been told to.
  unsigned restarts() const noexcept { return restarts_; }
  const ServiceSetup& setup() const noexcept { return setup_; }
  /// The end of what it wrote.
  std::string output() const { return end_of_file(setup_.child.output, 4096); }

 private:
  bool running_process() const noexcept { return process_ && state_ != State::waiting && state_ != State::stopped; }
  void ended(int code, Clock::time_point now);
  void look(Clock::time_point now);

  ServiceSetup setup_;
  Report report_;
  std::optional<ChildProcess> process_;
  State state_ = State::stopped;
  Clock::time_point next_look_;
  Clock::time_point ready_since_;
  Clock::time_point start_again_at_;
  Clock::time_point kill_at_;
  std::chrono::milliseconds pause_;
  unsigned restarts_ = 0;
};

/// "ready", as a table shows it.
const char* to_string(Service::State state) noexcept;

}  // namespace banyan::fleet
