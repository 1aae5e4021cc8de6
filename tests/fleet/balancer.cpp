#include "fleet/balancer.hpp"

#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <thread>
#include <vector>

#include "scenarios/raw_connection.hpp"
#include "scenarios/server_process.hpp"

namespace banyan::fleet_tests {
namespace {

constexpr auto listens_within = std::chrono::seconds(20);
constexpr auto look_again_after = std::chrono::milliseconds(2);

std::filesystem::path make_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "banyan-balancer-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a folder like " + name);
  // Workers of nginx become an ordinary user when it is started by root.
  ::chmod(name.c_str(), 0711);
  return std::filesystem::canonical(name);
}

std::vector<std::string> command_of(Kind kind, const std::filesystem::path& folder, const std::string& configuration) {
  const std::string file = folder / "balancer.conf";
  if (kind == Kind::haproxy) return {"/usr/sbin/haproxy", "-db", "-f", file};
  std::string more = "daemon off;";
  // The machine's own nginx has its process id where nginx keeps it by itself.
  if (!configuration.contains("pid ")) more += " pid " + (folder / "nginx.pid").string() + ";";
  return {"/usr/sbin/nginx", "-e", folder / "error.log", "-g", more, "-c", file};
}

}  // namespace

BalancerFolder::BalancerFolder()
    : path_(make_folder()), guard_(std::make_unique<testkit::Guard>(path_, path_, pid_file)) {}

Balancer::Balancer(Kind kind, const BalancerFolder& folder, const std::string& configuration, std::uint16_t port)
    : folder_(folder.path()) {
  scenarios::write_text(folder_ / "balancer.conf", configuration);
  std::vector<std::string> command{
      "/bin/sh", "-c", std::string("cd \"$0\" && echo $$ >") + BalancerFolder::pid_file + " && exec \"$@\"", folder_};
  for (const std::string& word : command_of(kind, folder_, configuration)) command.push_back(word);
  process_ = testkit::start_program(command, folder_ / "said.log");
  wait_until_it_listens(port);
}

Balancer::~Balancer() {
  ::kill(process_, SIGTERM);
  testkit::wait_for_program(process_);
}

void Balancer::wait_until_it_listens(std::uint16_t port) {
  const auto until = std::chrono::steady_clock::now() + listens_within;
  while (!scenarios::RawConnection().connect(port)) {
    if (!testkit::lives(process_) || std::chrono::steady_clock::now() > until)
      throw std::runtime_error("the balancer does not start:\n" + log());
    std::this_thread::sleep_for(look_again_after);
  }
}

std::string Balancer::log() const {
  return scenarios::read_text(folder_ / "said.log") + scenarios::read_text(folder_ / "error.log");
}

}  // namespace banyan::fleet_tests
