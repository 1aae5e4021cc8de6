#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/server_process.hpp"

namespace banyan::scenarios {

/// `banyan up` in a private folder, which is also where it puts its temporary files. Ended with the object, and by the
/// kernel should the test die first. Thread safety: port() and folder() from any thread, the rest from one.
class UpProcess {
 public:
  /// What stands behind `up`, without a port.
  explicit UpProcess(std::vector<std::string> arguments, std::map<std::string, std::string> environment = {},
                     Executable executable = Executable::release);
  ~UpProcess();
  UpProcess(const UpProcess&) = delete;
  UpProcess& operator=(const UpProcess&) = delete;

  /// Starts it, and waits until it says that the fleet is ready. Throws with what it printed when it does not.
  void start();
  /// Starts it, and does not wait.
  void spawn();
  /// Starts it, and waits for its end; its exit code.
  int run_to_exit();
  /// A signal, and waits for its end; its exit code, 128 + the signal when killed.
  int end_by(int signal);

  /// Another command of the same folder and environment.
  CommandResult run(std::vector<std::string> words) const;
  /// `banyan fleet <words> …` about this fleet.
  CommandResult fleet(std::vector<std::string> words) const;

  std::uint16_t port() const noexcept { return port_; }
  const std::filesystem::path& folder() const noexcept { return folder_.path(); }
  std::string output() const;
  /// Whether it has printed that.
  bool says(const std::string& text) const { return output().find(text) != std::string::npos; }
  /// The process of a part of the fleet, as `banyan fleet status` names it. 0 when there is none.
  pid_t process_of(const std::string& name) const;
  /// Every process that runs in the folder, or below it.
  std::vector<pid_t> processes() const;
  /// What temporary files are there.
  std::vector<std::string> files() const;

 private:
  std::filesystem::path temporary() const { return folder_.path() / "tmp"; }
  std::map<std::string, std::string> environment() const;

  std::vector<std::string> arguments_;
  std::map<std::string, std::string> more_environment_;
  Executable executable_;
  PrivateFolder folder_;
  std::uint16_t port_;
  pid_t pid_ = -1;
};

}  // namespace banyan::scenarios
