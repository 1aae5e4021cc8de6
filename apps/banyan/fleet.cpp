#include <iostream>

#include "banyan/fleet/local/control_socket.hpp"
#include "banyan/fleet/local/run_folder.hpp"
#include "commands.hpp"
#include "fleet_subject.hpp"
#include "report.hpp"

namespace banyan::app {

int ask_running_fleet(const FleetName& name, const std::string& words) {
  const std::filesystem::path folder = fleet::RunFolder::path_for(subject_of(name));
  const Result<void> answered =
      fleet::ask_fleet(folder, words, [](std::string_view line) { std::cout << line << std::endl; });
  if (answered) return exit_ok;
  report(answered.error(), std::cerr);
  return exit_failed;
}

}  // namespace banyan::app
