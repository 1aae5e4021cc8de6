#include "banyan/fleet/local/child_process.hpp"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "banyan/base/descriptor.hpp"

namespace banyan::fleet {
namespace {

constexpr int exit_unprepared = 126;
constexpr int exit_not_run = 127;
constexpr std::size_t shown_output_bytes_max = 4096;

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// What is ignored or blocked here would be ignored and blocked in the child too.
void reset_signals() {
  for (int number = 1; number < SIGRTMIN; ++number) ::signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// A file without a name: nobody else can open it.
Result<Descriptor> file_of(const std::string& text) {
  Descriptor file(::memfd_create("input", MFD_CLOEXEC));
  const auto size = static_cast<ssize_t>(text.size());
  if (!file.valid() || ::write(file.get(), text.data(), text.size()) != size || ::lseek(file.get(), 0, SEEK_SET) != 0)
    return fail(ErrorCode::unavailable, std::string("No input can be made: ") + std::strerror(errno));
  return file;
}

// The output is opened before the user changes: it may be in a folder that only this one may write to.
bool open_files(const ChildSetup& setup, int given) {
  constexpr int append = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW;
  const int input = given >= 0 ? given : ::open("/dev/null", O_RDONLY);
  const int output = setup.output.empty() ? STDOUT_FILENO : ::open(setup.output.c_str(), append, 0600);
  if (output < 0 || input < 0) return false;
  ::dup2(input, STDIN_FILENO);
  if (output != STDOUT_FILENO) {
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
  }
  return ::syscall(SYS_close_range, 3U, ~0U, 0U) == 0;
}

bool change_user(const RunAs& to) {
  return ::setgroups(0, nullptr) == 0 && ::setgid(to.group) == 0 && ::setuid(to.user) == 0;
}

// Between fork and exec only calls that are safe after a signal are allowed: everything was made ready before.
[[noreturn]] void become(const ChildSetup& setup, int input, char** command, char** environment, pid_t parent) {
  ::setpgid(0, 0);
  reset_signals();
  if (!open_files(setup, input) || ::chdir(setup.folder.c_str()) != 0) ::_exit(exit_unprepared);
  if (setup.run_as && !change_user(*setup.run_as)) ::_exit(exit_unprepared);
  // Last, for changing the user clears it.
  ::prctl(PR_SET_PDEATHSIG, setup.death_signal);
  if (::getppid() != parent) ::_exit(exit_unprepared);  // it died before the line above
  ::execve(command[0], command, environment);
  ::_exit(exit_not_run);
}

Descriptor descriptor_of(pid_t process) { return Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, process, 0))); }

}  // namespace

Result<ChildProcess> ChildProcess::start(const ChildSetup& setup) {
  std::vector<std::string> command = setup.command;
  std::vector<std::string> environment;
  for (const auto& [name, value] : setup.environment) environment.push_back(name + "=" + value);
  const std::vector<char*> arguments = pointers_to(command);
  const std::vector<char*> variables = pointers_to(environment);
  Descriptor input;
  if (!setup.input.empty()) {
    Result<Descriptor> file = file_of(setup.input);
    if (!file) return fail(std::move(file.error()));
    input = std::move(*file);
  }
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) return fail(ErrorCode::unavailable, std::string("No process can be made: ") + std::strerror(errno));
  if (child == 0)
    become(setup, input.get(), const_cast<char**>(arguments.data()), const_cast<char**>(variables.data()), parent);
  // On both sides, so that it holds whoever goes on first.
  ::setpgid(child, child);
  return ChildProcess(child);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), reaped_(other.reaped_), exit_code_(other.exit_code_) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  if (this == &other) return *this;
  kill();
  pid_ = std::exchange(other.pid_, -1);
  reaped_ = other.reaped_;
  exit_code_ = other.exit_code_;
  return *this;
}

bool ChildProcess::running() { return !exit_code(); }

std::optional<int> ChildProcess::exit_code() { return wait(std::chrono::milliseconds(0)); }

void ChildProcess::send_signal(int number) {
  if (running()) ::kill(pid_, number);
}

void ChildProcess::send_signal_to_group(int number) {
  if (running()) ::kill(-pid_, number);
}

std::optional<int> ChildProcess::wait(std::chrono::milliseconds at_most) {
  if (pid_ < 0) return 0;
  if (reaped_) return exit_code_;
  const Descriptor process = descriptor_of(pid_);
  pollfd wanted{process.get(), POLLIN, 0};
  int ready = -1;
  do {
    ready = ::poll(&wanted, 1, static_cast<int>(at_most.count()));
  } while (ready < 0 && errno == EINTR);
  if (ready <= 0) return std::nullopt;
  // What it leaves behind in its group; until it is reaped nobody else can have that group's number.
  ::kill(-pid_, SIGKILL);
  int status = 0;
  if (::waitpid(pid_, &status, 0) != pid_) return std::nullopt;
  reaped_ = true;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return exit_code_;
}

void ChildProcess::kill() {
  if (pid_ >= 0 && !reaped_) {
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  pid_ = -1;
}

Result<void> run_to_end(const ChildSetup& setup, std::chrono::milliseconds at_most) {
  Result<ChildProcess> child = ChildProcess::start(setup);
  if (!child) return fail(std::move(child.error()));
  const std::optional<int> code = child->wait(at_most);
  if (code == 0) return {};
  const std::string how = code ? "ended with code " + std::to_string(*code) : "did not end in time";
  return fail(Error(ErrorCode::unavailable, setup.command.front() + " " + how + ".")
                  .with_detail(end_of_file(setup.output, shown_output_bytes_max)));
}

std::string end_of_file(const std::filesystem::path& file, std::size_t bytes_max) {
  std::ifstream stream(file, std::ios::binary | std::ios::ate);
  if (!stream) return {};
  const auto size = static_cast<std::size_t>(stream.tellg());
  const std::size_t wanted = std::min(size, bytes_max);
  std::string text(wanted, '\0');
  stream.seekg(static_cast<std::streamoff>(size - wanted));
  stream.read(text.data(), static_cast<std::streamsize>(wanted));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return text;
}

}  // namespace banyan::fleet
