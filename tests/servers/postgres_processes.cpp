#include "tests/servers/postgres_processes.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <stdexcept>

namespace banyan::testkit {
namespace {

// A server is known by its working folder, so that no other process is ever hit; SIGQUIT ends one without ado. Frozen
// ones are killed, and those whose postmaster is gone end by themselves.
constexpr const char* guard_script = R"sh(
read -r _
pid=$(head -n 1 "$2/$3" 2>/dev/null)
if [ -n "$pid" ] && [ "$(readlink "/proc/$pid/cwd")" = "$2" ]; then
  children=$(cat "/proc/$pid/task/$pid/children")
  kill -CONT $pid $children
  kill -QUIT $pid
  for _ in $(seq 50); do
    [ -d "/proc/$pid" ] && [ "$(readlink "/proc/$pid/cwd")" = "$2" ] || break
    sleep 0.1
  done
  [ "$(readlink "/proc/$pid/cwd")" != "$2" ] || kill -KILL $pid $children
fi
rm -rf "$1"
)sh";

std::filesystem::path newest_of_debian() {
  std::filesystem::path newest;
  int version_max = 0;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", ignored)) {
    const std::string name = entry.path().filename();
    int version = 0;
    std::from_chars(name.data(), name.data() + name.size(), version);
    if (version > version_max && std::filesystem::exists(entry.path() / "bin" / "initdb")) {
      version_max = version;
      newest = entry.path() / "bin";
    }
  }
  return newest;
}

std::filesystem::path told_by_pg_config() {
  const std::unique_ptr<FILE, int (*)(FILE*)> output(::popen("pg_config --bindir 2>/dev/null", "r"), ::pclose);
  char line[4096] = {};
  if (!output || std::fgets(line, sizeof line, output.get()) == nullptr) return {};
  return std::string(line, std::strcspn(line, "\n"));
}

// Of the system's users: PostgreSQL's own where it is installed, else the one that owns nothing.
const passwd& ordinary_user() {
  for (const char* name : {"postgres", "nobody"}) {
    if (const passwd* found = ::getpwnam(name)) return *found;
  }
  throw std::runtime_error("neither the user postgres nor nobody is there to run a server as");
}

// The third field after the name, which may hold anything.
char state_of(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string text;
  std::getline(file, text);
  const std::size_t name_end = text.rfind(')');
  return name_end == std::string::npos || name_end + 2 >= text.size() ? 'X' : text[name_end + 2];
}

}  // namespace

std::filesystem::path postgres_programs() {
  for (const std::filesystem::path& folder : {told_by_pg_config(), newest_of_debian()}) {
    if (!folder.empty() && std::filesystem::exists(folder / "initdb")) return folder;
  }
  throw std::runtime_error("PostgreSQL's initdb is not on this machine; script/setup installs it");
}

std::vector<std::string> become_ordinary_user(const std::filesystem::path& owned) {
  if (::geteuid() != 0) return {};
  const passwd& user = ordinary_user();
  if (::chown(owned.c_str(), user.pw_uid, user.pw_gid) != 0)
    throw std::runtime_error("chown " + owned.string() + ": " + std::strerror(errno));
  return {"/usr/bin/setpriv", "--reuid=" + std::to_string(user.pw_uid), "--regid=" + std::to_string(user.pw_gid),
          "--clear-groups"};
}

pid_t start_program(const std::vector<std::string>& command, const std::filesystem::path& log, int standard_input) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  if (standard_input >= 0)
    ::posix_spawn_file_actions_adddup2(&actions, standard_input, STDIN_FILENO);
  else
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  ::posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);

  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t program = -1;
  const int error = ::posix_spawn(&program, command.front().c_str(), &actions, &attributes, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (error != 0) throw std::runtime_error(command.front() + ": " + std::strerror(error));
  return program;
}

int wait_for_program(pid_t program) {
  int status = 0;
  while (::waitpid(program, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::vector<pid_t> children_of(pid_t parent) {
  const std::string process = std::to_string(parent);
  std::ifstream file("/proc/" + process + "/task/" + process + "/children");
  std::vector<pid_t> children;
  for (pid_t child = 0; file >> child;) children.push_back(child);
  std::erase_if(children, [](pid_t child) { return !lives(child); });
  return children;
}

bool lives(pid_t process) {
  const char state = state_of(process);
  return state != 'X' && state != 'Z';
}

Guard::Guard(const std::filesystem::path& folder, const std::filesystem::path& data, const std::string& pid_file) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error(std::string("pipe: ") + std::strerror(errno));
  pipe_ = ends[1];
  try {
    shell_ = start_program({"/bin/sh", "-c", guard_script, "guard", folder, data, pid_file}, "/dev/null", ends[0]);
  } catch (...) {
    ::close(ends[0]);
    ::close(ends[1]);
    throw;
  }
  ::close(ends[0]);
}

Guard::~Guard() {
  ::close(pipe_);
  wait_for_program(shell_);
}

}  // namespace banyan::testkit
