#pragma once

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "banyan/base/result.hpp"

namespace banyan::fleet {

/// A user that a child becomes.
struct RunAs {
  uid_t user = 0;
  gid_t group = 0;
};

/// How a child process is started.
struct ChildSetup {
  std::vector<std::string> command;  ///< The first word is a path.
  std::map<std::string, std::string> environment;
  std::string input = {};        ///< What it reads from standard input, to its end.
  std::filesystem::path folder;  ///< Its working folder.
  /// Standard output and error are appended there, to no link; empty: they are this process' own.
  std::filesystem::path output;
  std::optional<RunAs> run_as;
  int death_signal = SIGKILL;  ///< What the kernel sends it when the thread that started it is gone.
};

/// One child process in a process group of its own. It is killed with the object, and gets its `death_signal` should
/// the thread that started it end first, however that comes about: start children on a thread that lasts.
///
/// Thread safety: none.
class ChildProcess {
 public:
  /// Fails when no process can be made. A command that cannot be run ends with code 127.
  static Result<ChildProcess> start(const ChildSetup& setup);
  ~ChildProcess() { kill(); }
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;

  /// What it had when it has ended.
  pid_t pid() const noexcept { return pid_; }
  /// Whether it has not ended yet.
  bool running();
  /// Once it has ended: its exit code, or 128 + the signal.
  std::optional<int> exit_code();
  /// To the process, not to its group. Nothing when it has ended.
  void send_signal(int number);
  void send_signal_to_group(int number);
  /// Waits for its end, at most that long. What it leaves in its group is killed then.
  std::optional<int> wait(std::chrono::milliseconds at_most);
  /// SIGKILL to the whole group, and waits for the process.
  void kill();

 private:
  explicit ChildProcess(pid_t pid) : pid_(pid) {}

  pid_t pid_ = -1;
  bool reaped_ = false;
  int exit_code_ = -1;
};

/// Runs a command to its end, within that time; what it wrote to its output is the error's detail when it fails.
Result<void> run_to_end(const ChildSetup& setup, std::chrono::milliseconds at_most);

/// The last `bytes_max` bytes of a text file; empty when there is none.
std::string end_of_file(const std::filesystem::path& file, std::size_t bytes_max);

}  // namespace banyan::fleet
