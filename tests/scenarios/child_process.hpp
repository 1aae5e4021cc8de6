#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace banyan::scenarios {

/// How a child process is started. It dies with the thread that started it (PR_SET_PDEATHSIG).
struct ChildSetup {
  std::vector<std::string> command;
  std::map<std::string, std::string> environment;
  std::filesystem::path folder;
  std::filesystem::path output;  ///< Standard output and error are written there.
  std::optional<std::uint64_t> open_files_max;
  std::optional<std::uint64_t> file_bytes_max;
  std::optional<unsigned> run_as;
};

/// Starts it; throws std::runtime_error when no process can be made.
pid_t start_child(const ChildSetup& setup);

/// What a shell would say of a wait status: the exit code, or 128 + the signal.
int exit_code_of(int wait_status);

/// The child's exit code once it has ended, at most `milliseconds_max` from now.
std::optional<int> wait_for_child(pid_t child, int milliseconds_max);

}  // namespace banyan::scenarios
