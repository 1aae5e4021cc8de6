#include "scenarios/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>

namespace banyan::scenarios {
namespace {

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

void limit(int resource, std::optional<std::uint64_t> most) {
  if (!most) return;
  rlimit bound{};
  ::getrlimit(static_cast<__rlimit_resource>(resource), &bound);
  bound.rlim_max = std::min<rlim_t>(*most, bound.rlim_max);
  bound.rlim_cur = bound.rlim_max;
  if (::setrlimit(static_cast<__rlimit_resource>(resource), &bound) != 0) ::_exit(124);
}

// Between fork and exec only calls that are safe after a signal are allowed: everything was made ready before.
[[noreturn]] void become(const ChildSetup& setup, char** command, char** environment, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(125);  // it died before the line above
  const int output = ::open(setup.output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0644);
  const int nothing = ::open("/dev/null", O_RDONLY);
  if (output < 0 || nothing < 0) ::_exit(126);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  ::syscall(SYS_close_range, 3U, ~0U, 0U);
  if (::chdir(setup.folder.c_str()) != 0) ::_exit(126);
  if (setup.run_as && (::setgid(*setup.run_as) != 0 || ::setuid(*setup.run_as) != 0)) ::_exit(126);
  // Changing the user clears it.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  limit(RLIMIT_NOFILE, setup.open_files_max);
  limit(RLIMIT_FSIZE, setup.file_bytes_max);
  ::execve(command[0], command, environment);
  ::_exit(127);
}

}  // namespace

pid_t start_child(const ChildSetup& setup) {
  std::vector<std::string> command = setup.command;
  std::vector<std::string> environment;
  for (const auto& [name, value] : setup.environment) environment.push_back(name + "=" + value);
  const std::vector<char*> arguments = pointers_to(command);
  const std::vector<char*> variables = pointers_to(environment);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error(std::string("fork: ") + std::strerror(errno));
  if (child == 0) become(setup, const_cast<char**>(arguments.data()), const_cast<char**>(variables.data()), parent);
  return child;
}

int exit_code_of(int wait_status) {
  return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

std::optional<int> wait_for_child(pid_t child, int milliseconds_max) {
  const int handle = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  if (handle < 0) throw std::runtime_error(std::string("pidfd_open: ") + std::strerror(errno));
  pollfd wanted{handle, POLLIN, 0};
  int ready = -1;
  do {
    ready = ::poll(&wanted, 1, milliseconds_max);
  } while (ready < 0 && errno == EINTR);
  ::close(handle);
  if (ready <= 0) return std::nullopt;
  int status = 0;
  if (::waitpid(child, &status, 0) != child) return std::nullopt;
  return exit_code_of(status);
}

}  // namespace banyan::scenarios
