#include <atomic>
#include <cstdlib>
#include <iostream>

#include "commands.hpp"
#include "instance.hpp"
#include "report.hpp"
#include "signals.hpp"

namespace banyan::app {

int serve(const std::filesystem::path& config_file, const Composition& composition) {
  const auto config = load_or_report(config_file, std::cerr);
  if (!config) return exit_usage;
  StopSignals signals;
  Instance instance(*config, composition);
  std::atomic<bool> serving = false;
  signals.on_stop([&](int signal) {
    // Whatever goes on while it starts may be cut short at any moment: nothing has been acknowledged yet.
    if (!serving) std::_Exit(128 + signal);
    instance.log().info("stopping", {{"signal", std::to_string(signal)}});
    instance.stop();
  });
  if (const Result<void> started = instance.start(); !started) {
    report(started.error(), std::cerr);
    return exit_failed;
  }
  serving = true;
  instance.run();
  signals.end();
  instance.log().info("stopped");
  return exit_ok;
}

}  // namespace banyan::app
