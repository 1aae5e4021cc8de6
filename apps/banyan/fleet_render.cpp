#include <iostream>

#include "banyan/fleet/render.hpp"
#include "banyan/fleet/whole_file.hpp"
#include "commands.hpp"
#include "report.hpp"

namespace banyan::app {

int fleet_render(const std::filesystem::path& config_file, config::Fleet::Balancer balancer,
                 const std::filesystem::path& output) {
  const auto config = load_or_report(config_file, std::cerr);
  if (!config) return exit_usage;
  const auto text =
      balancer == config::Fleet::Balancer::haproxy ? fleet::render_haproxy(*config) : fleet::render_nginx(*config);
  if (!text) return report(text.error(), std::cerr), exit_usage;
  if (output.empty()) {
    std::cout << *text << std::flush;
    if (std::cout) return exit_ok;
    std::cerr << "banyan: the configuration could not be written\n";
    return exit_failed;
  }
  const Result<void> written = fleet::write_whole_file(output, *text);
  if (written) return exit_ok;
  return report(written.error(), std::cerr), exit_failed;
}

}  // namespace banyan::app
