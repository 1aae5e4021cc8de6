// postgres_fixture start FILE: sees to it that a PostgreSQL server runs which FILE tells of, for the caller (ctest).
// postgres_fixture stop FILE:  the caller needs it no more.
// It ends with the last of its callers, however these end. Several may share one.
#include <sys/file.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>

#include "tests/servers/postgres_processes.hpp"
#include "tests/servers/postgres_server.hpp"
#include "tests/servers/shared_postgres.hpp"

namespace {

using namespace banyan::testkit;
using std::chrono::steady_clock;

constexpr auto look_again_after = std::chrono::milliseconds(50);
constexpr auto start_within = std::chrono::seconds(60);
constexpr auto end_within = std::chrono::seconds(30);

// Who decides over the file holds this.
class Lock {
 public:
  explicit Lock(const std::string& file) : stream_(std::fopen((file + ".lock").c_str(), "w")) {
    if (stream_ != nullptr) ::flock(::fileno(stream_), LOCK_EX);
  }
  ~Lock() {
    if (stream_ != nullptr) std::fclose(stream_);
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  std::FILE* stream_;
};

// One file a caller, named after its process.
std::filesystem::path users_of(const std::string& file) { return file + ".users"; }

bool has_users(const std::string& file) {
  bool any = false;
  for (const auto& user : std::filesystem::directory_iterator(users_of(file))) {
    const std::string name = user.path().filename();
    pid_t process = 0;
    std::from_chars(name.data(), name.data() + name.size(), process);
    const bool there = process > 0 && lives(process);
    if (!there) std::filesystem::remove(user.path());
    any = any || there;
  }
  return any;
}

bool answers(const SharedPostgresFile& known) {
  return known.port != 0 &&
         PostgresAddress(static_cast<std::uint16_t>(known.port), known.folder, Databases::vanish_with_server).answers();
}

int hold(const std::string& file) {
  const PostgresServer server;
  SharedPostgresFile{server.address().port(), server.address().socket_folder(), ::getpid()}.write(file);
  while (true) {
    std::this_thread::sleep_for(look_again_after);
    const Lock lock(file);
    if (has_users(file)) continue;
    std::filesystem::remove(file);
    return EXIT_SUCCESS;
  }
}

int start(const std::string& program, const std::string& file) {
  std::filesystem::create_directories(users_of(file));
  const Lock lock(file);
  std::ofstream(users_of(file) / std::to_string(::getppid())) << "";
  if (answers(SharedPostgresFile::read(file))) return EXIT_SUCCESS;
  std::filesystem::remove(file);
  const std::string log = file + ".log";
  std::filesystem::remove(log);
  const pid_t holder = start_program({program, "hold", file}, log);
  const auto until = steady_clock::now() + start_within;
  while (steady_clock::now() < until && lives(holder)) {
    if (answers(SharedPostgresFile::read(file))) return EXIT_SUCCESS;
    std::this_thread::sleep_for(look_again_after);
  }
  std::cerr << std::ifstream(log).rdbuf();
  return EXIT_FAILURE;
}

int stop(const std::string& file) {
  const int holder = SharedPostgresFile::read(file).holder;
  std::filesystem::create_directories(users_of(file));
  bool shared = false;
  {
    const Lock lock(file);
    std::filesystem::remove(users_of(file) / std::to_string(::getppid()));
    shared = has_users(file);
  }
  const auto until = steady_clock::now() + end_within;
  while (!shared && holder != 0 && lives(holder)) {
    if (steady_clock::now() > until) return EXIT_FAILURE;
    std::this_thread::sleep_for(look_again_after);
  }
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view verb = argc == 3 ? argv[1] : "";
  try {
    if (verb == "start") return start(std::filesystem::read_symlink("/proc/self/exe"), argv[2]);
    if (verb == "stop") return stop(argv[2]);
    if (verb == "hold") return hold(argv[2]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return EXIT_FAILURE;
  }
  std::cerr << "usage: postgres_fixture start|stop FILE\n";
  return EXIT_FAILURE;
}
