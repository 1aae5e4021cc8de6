#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace banyan::scenarios {

/// A folder of its own under the system's temporary one; gone with the object.
class PrivateFolder {
 public:
  PrivateFolder();
  ~PrivateFolder();
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

/// Which executable: the one that is shipped, or the one that believes whoever says who they are.
enum class Executable : unsigned char { release, testing };

struct ServerSetup {
  /// TOML. `{port}` stands for the port; without it, a [server] section that listens there comes first.
  std::string config;
  /// On top of a nearly empty one and that of the stage (stage.hpp), whose database a DATABASE_URL here replaces.
  std::map<std::string, std::string> environment;
  std::optional<std::filesystem::path> folder;  ///< Where it runs, instead of a private folder.
  std::optional<std::uint64_t> open_files_max;  ///< RLIMIT_NOFILE.
  std::optional<std::uint64_t> file_bytes_max;  ///< RLIMIT_FSIZE.
  std::optional<unsigned> run_as;               ///< A user's number, where root could do too much.
  Executable executable = Executable::release;
};

/// The real binary, started in a private folder on a free port. Killed with the object, and by the kernel should the
/// test die first. In a run through the fleet of a stage (fleet_stage.hpp) start() has that fleet serve the config
/// instead, at its port, and there is no process. Thread safety: none, but port(), pid() and folder() may be read from
/// any thread.
class ServerProcess {
 public:
  static constexpr const char* service_key = "scenario-service-key-0123456789abcdef";

  explicit ServerProcess(ServerSetup setup);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  /// Starts it and waits until it is ready; how long that took, from before the fork. Throws std::runtime_error with
  /// what it printed when it ends instead, or is not ready in time.
  std::chrono::microseconds start();
  /// Starts it and waits for its end; its exit code (128 + signal when killed). Throws when it goes on.
  int run_to_exit();

  /// SIGKILL, and waits.
  void kill();
  /// SIGTERM, and waits; its exit code.
  int terminate();
  void send_signal(int number) const;
  /// Waits for its end at most that long; nothing when it goes on.
  std::optional<int> wait_exit(std::chrono::milliseconds at_most);

  bool running();
  pid_t pid() const noexcept { return pid_; }
  std::uint16_t port() const noexcept { return port_; }
  const std::filesystem::path& folder() const noexcept { return folder_; }
  /// All that it printed since the last start.
  std::string output() const;
  std::size_t resident_bytes() const;
  std::size_t open_files() const;

  /// Replaces the config; counts from the next start.
  void write_config(const std::string& config);

 private:
  void spawn();
  std::chrono::microseconds start_by_fleet();
  void reap(int status);

  ServerSetup setup_;
  PrivateFolder private_folder_;
  std::filesystem::path folder_;
  std::uint16_t port_;
  pid_t pid_ = -1;
  std::optional<int> exit_code_;
};

/// The binary under test: BANYAN_BINARY, or the one of this build.
std::filesystem::path banyan_binary();
/// The same with viewers of tests: BANYAN_TESTING_BINARY, or the one of this build.
std::filesystem::path testing_binary();

struct CommandResult {
  int exit_code = -1;
  std::string output;  ///< Standard output and error.
};
/// Runs a command of the binary to its end in `folder`.
CommandResult run_banyan(const std::filesystem::path& folder, std::vector<std::string> arguments,
                         std::map<std::string, std::string> environment = {});

/// A text file's content; empty when there is none.
std::string read_text(const std::filesystem::path& file);
void write_text(const std::filesystem::path& file, const std::string& text);

/// Whether this build is slowed down by a sanitizer: figures mean nothing then.
constexpr bool built_with_sanitizer() {
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  return true;
#else
  return false;
#endif
}

}  // namespace banyan::scenarios
