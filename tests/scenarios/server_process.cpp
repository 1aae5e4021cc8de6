#include "scenarios/server_process.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

#include "scenarios/child_process.hpp"
#include "scenarios/fleet_stage.hpp"
#include "scenarios/raw_connection.hpp"
#include "scenarios/stage.hpp"
#include "tests/servers/loopback.hpp"

namespace banyan::scenarios {
namespace {

using std::chrono::milliseconds;

// Sanitized builds, and machines that are busy with other tests, are slow; nobody waits that long in a good run.
constexpr milliseconds ready_within{20'000};
constexpr milliseconds exit_within{20'000};
constexpr int starts_max = 5;

std::string configured(const ServerSetup& setup, std::uint16_t port) {
  std::string config = setup.config;
  const std::string text = std::to_string(port);
  constexpr std::string_view placeholder = "{port}";
  std::size_t at = config.find(placeholder);
  if (at == std::string::npos) return "[server]\nlisten = \"127.0.0.1:" + text + "\"\n\n" + config;
  for (; at != std::string::npos; at = config.find(placeholder, at)) config.replace(at, placeholder.size(), text);
  return config;
}

std::map<std::string, std::string> base_environment() {
  std::map<std::string, std::string> environment{{"PATH", "/usr/bin:/bin"}};
  for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "ASAN_SYMBOLIZER_PATH", "TMPDIR"}) {
    if (const char* value = std::getenv(name)) environment[name] = value;
  }
  return environment;
}

bool uses_database(const std::vector<std::string>& arguments) {
  return !arguments.empty() && (arguments[0] == "serve" || arguments[0] == "schema" || arguments[0] == "rules");
}

bool answers_ready(std::uint16_t port) {
  RawConnection connection;
  if (!connection.connect(port)) return false;
  connection.send("GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  const auto response = connection.read_response(milliseconds(2000));
  return response && response->status == 200;
}

}  // namespace

PrivateFolder::PrivateFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "banyan-scenario-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::runtime_error("no private folder can be made");
  path_ = name;
}

PrivateFolder::~PrivateFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

ServerProcess::ServerProcess(ServerSetup setup)
    : setup_(std::move(setup)), folder_(setup_.folder.value_or(private_folder_.path())), port_(testkit::free_port()) {
  if (setup_.run_as)
    if (::chown(folder_.c_str(), *setup_.run_as, *setup_.run_as) != 0) throw std::runtime_error("chown failed");
  write_config(setup_.config);
}

ServerProcess::~ServerProcess() { kill(); }

void ServerProcess::write_config(const std::string& config) {
  setup_.config = config;
  write_text(folder_ / "banyan.toml", configured(setup_, port_));
}

void ServerProcess::spawn() {
  kill();
  ChildSetup child;
  const bool shipped = setup_.executable == Executable::release;
  child.command = {(shipped ? banyan_binary() : testing_binary()).string(), "serve"};
  child.environment = base_environment();
  child.environment["BANYAN_SERVICE_KEY"] = service_key;
  if (!setup_.environment.contains("DATABASE_URL")) child.environment.merge(stage_environment(folder_));
  for (const auto& [name, value] : setup_.environment) {
    if (value.empty()) {
      child.environment.erase(name);
    } else {
      child.environment[name] = value;
    }
  }
  child.folder = folder_;
  child.output = private_folder_.path() / "output.log";
  child.open_files_max = setup_.open_files_max;
  child.file_bytes_max = setup_.file_bytes_max;
  child.run_as = setup_.run_as;
  // The user that it will be may have to make it.
  write_text(child.output, "");
  pid_ = start_child(child);
  exit_code_.reset();
}

std::chrono::microseconds ServerProcess::start() {
  if (fleet_stage()) return start_by_fleet();
  for (int attempt = 1;; ++attempt) {
    const auto spawned = std::chrono::steady_clock::now();
    spawn();
    while (running() && std::chrono::steady_clock::now() - spawned < ready_within) {
      if (answers_ready(port_))
        return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - spawned);
      std::this_thread::sleep_for(milliseconds(1));
    }
    // Another process took the port between the asking and the binding: that is nobody's mistake.
    const bool port_was_taken = !running() && output().find("in use") != std::string::npos;
    if (!port_was_taken || attempt == starts_max)
      throw std::runtime_error((running() ? "not ready in time:\n" : "ended instead of serving:\n") + output());
    port_ = testkit::free_port();
    write_config(setup_.config);
  }
}

std::chrono::microseconds ServerProcess::start_by_fleet() {
  const auto asked = std::chrono::steady_clock::now();
  port_ = serve_by_fleet(configured(setup_, port_), setup_.executable);
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - asked);
}

int ServerProcess::run_to_exit() {
  spawn();
  const auto code = wait_exit(exit_within);
  if (!code) throw std::runtime_error("it goes on instead of ending:\n" + output());
  return *code;
}

void ServerProcess::send_signal(int number) const {
  if (pid_ > 0) ::kill(pid_, number);
}

void ServerProcess::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  reap(exit_code_of(status));
}

int ServerProcess::terminate() {
  send_signal(SIGTERM);
  const auto code = wait_exit(exit_within);
  if (!code) throw std::runtime_error("SIGTERM does not end it:\n" + output());
  return *code;
}

std::optional<int> ServerProcess::wait_exit(milliseconds at_most) {
  if (pid_ <= 0) return exit_code_;
  const auto code = wait_for_child(pid_, static_cast<int>(at_most.count()));
  if (code) reap(*code);
  return code;
}

bool ServerProcess::running() { return pid_ > 0 && !wait_exit(milliseconds(0)); }

void ServerProcess::reap(int exit_code) {
  pid_ = -1;
  exit_code_ = exit_code;
}

std::string ServerProcess::output() const { return read_text(private_folder_.path() / "output.log"); }

std::size_t ServerProcess::resident_bytes() const {
  std::istringstream figures(read_text("/proc/" + std::to_string(pid_) + "/statm"));
  std::size_t all_pages = 0;
  std::size_t resident_pages = 0;
  figures >> all_pages >> resident_pages;
  return resident_pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::size_t ServerProcess::open_files() const {
  const std::filesystem::directory_iterator files("/proc/" + std::to_string(pid_) + "/fd");
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

std::filesystem::path banyan_binary() {
  const char* told = std::getenv("BANYAN_BINARY");
  return told ? told : BANYAN_BINARY_OF_THIS_BUILD;
}

std::filesystem::path testing_binary() {
  const char* told = std::getenv("BANYAN_TESTING_BINARY");
  return told ? told : BANYAN_TESTING_BINARY_OF_THIS_BUILD;
}

CommandResult run_banyan(const std::filesystem::path& folder, std::vector<std::string> arguments,
                         std::map<std::string, std::string> environment) {
  const PrivateFolder scratch;
  ChildSetup child;
  child.command = {banyan_binary().string()};
  child.command.insert(child.command.end(), arguments.begin(), arguments.end());
  child.environment = base_environment();
  child.environment.insert(environment.begin(), environment.end());
  if (uses_database(arguments)) child.environment.merge(stage_environment(folder));
  child.folder = folder;
  child.output = scratch.path() / "output.log";
  const pid_t pid = start_child(child);
  const auto code = wait_for_child(pid, static_cast<int>(exit_within.count()));
  if (!code) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    throw std::runtime_error("it does not end:\n" + read_text(child.output));
  }
  return CommandResult{*code, read_text(child.output)};
}

std::string read_text(const std::filesystem::path& file) {
  const std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  if (stream) text << stream.rdbuf();
  return text.str();
}

void write_text(const std::filesystem::path& file, const std::string& text) {
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream << text;
  if (!stream.flush()) throw std::runtime_error("cannot write " + file.string());
}

}  // namespace banyan::scenarios
