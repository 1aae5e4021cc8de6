#include "scenarios/up_process.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

#include "scenarios/child_process.hpp"
#include "tests/servers/loopback.hpp"

namespace banyan::scenarios {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds ready_within{60'000};
constexpr milliseconds exit_within{60'000};
constexpr milliseconds look_again_after{5};

}  // namespace

UpProcess::UpProcess(std::vector<std::string> arguments, std::map<std::string, std::string> environment,
                     Executable executable)
    : arguments_(std::move(arguments)),
      more_environment_(std::move(environment)),
      executable_(executable),
      port_(testkit::free_port()) {
  std::filesystem::create_directory(temporary());
  // For root, PostgreSQL runs as another user, who must get through.
  ::chmod(folder_.path().c_str(), 0711);
  ::chmod(temporary().c_str(), 0711);
}

UpProcess::~UpProcess() {
  if (pid_ > 0) end_by(SIGTERM);
}

std::map<std::string, std::string> UpProcess::environment() const {
  std::map<std::string, std::string> environment{{"PATH", "/usr/bin:/bin"}, {"TMPDIR", temporary().string()}};
  for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "ASAN_SYMBOLIZER_PATH"})
    if (const char* value = std::getenv(name)) environment[name] = value;
  environment["BANYAN_SERVICE_KEY"] = ServerProcess::service_key;
  for (const auto& [name, value] : more_environment_) environment[name] = value;
  return environment;
}

void UpProcess::spawn() {
  ChildSetup child;
  child.command = {(executable_ == Executable::release ? banyan_binary() : testing_binary()).string(), "up"};
  child.command.insert(child.command.end(), arguments_.begin(), arguments_.end());
  child.command.push_back("--port=" + std::to_string(port_));
  child.environment = environment();
  child.folder = folder_.path();
  child.output = folder_.path() / "output.log";
  // What an earlier one printed must not be taken for this one's.
  std::filesystem::remove(child.output);
  pid_ = start_child(child);
}

void UpProcess::start() {
  spawn();
  const auto until = steady_clock::now() + ready_within;
  while (!says("Ready: ")) {
    if (wait_for_child(pid_, 0)) pid_ = -1;
    if (pid_ < 0 || steady_clock::now() > until) throw std::runtime_error("the fleet is not ready:\n" + output());
    std::this_thread::sleep_for(look_again_after);
  }
}

int UpProcess::run_to_exit() {
  spawn();
  return end_by(0);
}

int UpProcess::end_by(int signal) {
  ::kill(pid_, signal);
  const std::optional<int> code = wait_for_child(pid_, static_cast<int>(exit_within.count()));
  if (!code) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  pid_ = -1;
  if (!code) throw std::runtime_error("it goes on instead of ending:\n" + output());
  return *code;
}

CommandResult UpProcess::run(std::vector<std::string> words) const {
  return run_banyan(folder_.path(), std::move(words), environment());
}

CommandResult UpProcess::fleet(std::vector<std::string> words) const {
  words.insert(words.begin(), "fleet");
  for (const std::string& argument : arguments_)
    if (argument.starts_with("--stage") || argument.ends_with(".toml")) words.push_back(argument);
  return run(std::move(words));
}

std::string UpProcess::output() const { return read_text(folder_.path() / "output.log"); }

pid_t UpProcess::process_of(const std::string& name) const {
  std::istringstream lines(fleet({"status"}).output);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(name + " ")) continue;
    // The first word that is a number; before it come the name and what it is.
    std::istringstream words(line.substr(name.size()));
    for (std::string word; words >> word;)
      if (word.find_first_not_of("0123456789") == std::string::npos) return static_cast<pid_t>(std::stol(word));
  }
  return 0;
}

std::vector<pid_t> UpProcess::processes() const {
  std::vector<pid_t> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::error_code ignored;
    const std::string place = std::filesystem::read_symlink(entry.path() / "cwd", ignored);
    if (place.starts_with(folder_.path().string())) found.push_back(static_cast<pid_t>(std::stol(name)));
  }
  return found;
}

std::vector<std::string> UpProcess::files() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(temporary())) names.push_back(entry.path());
  return names;
}

}  // namespace banyan::scenarios
