#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace banyan::testkit {

/// The folder of PostgreSQL's programs: pg_config's, else the newest of Debian's. Throws when there is none.
std::filesystem::path postgres_programs();

/// PostgreSQL refuses to run as root. For root: `setpriv …`, which becomes another user, and gives the folder to it;
/// else nothing.
std::vector<std::string> become_ordinary_user(const std::filesystem::path& owned);

/// Starts a program in a session of its own, with its output appended to `log`. Throws when it cannot be started.
pid_t start_program(const std::vector<std::string>& command, const std::filesystem::path& log, int standard_input = -1);

/// Waits for it to end; what a shell would say: its exit code, or 128 + the signal.
int wait_for_program(pid_t program);

/// Direct children that are no zombies.
std::vector<pid_t> children_of(pid_t parent);

/// Whether there is such a process and it is no zombie.
bool lives(pid_t process);

/// Ends the server whose working folder `data` is and whose process its `pid_file` names, and removes `folder`, when
/// this program has ended, however that came about; or when it is destroyed.
class Guard {
 public:
  Guard(const std::filesystem::path& folder, const std::filesystem::path& data,
        const std::string& pid_file = "postmaster.pid");
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

 private:
  int pipe_ = -1;
  pid_t shell_ = -1;
};

}  // namespace banyan::testkit
