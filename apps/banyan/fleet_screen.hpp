#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "banyan/fleet/local/running_fleet.hpp"

namespace banyan::app {

/// What `banyan up` shows on standard output: sentences as they come, and on a terminal, below them, a table of what
/// runs that is drawn again each second. Thread safety: none.
class FleetScreen {
 public:
  /// `verbose` also shows what the programs write, each line behind its program's name.
  explicit FleetScreen(bool verbose);

  void say(const std::string& line);
  /// To be called often.
  void show(const fleet::RunningFleet& fleet);
  /// Takes the table away, and says the last line.
  void finish(const std::string& line);

 private:
  void erase_table();
  void follow(const fleet::FleetRow& row);

  bool terminal_;
  bool verbose_;
  std::size_t table_lines_ = 0;
  std::chrono::steady_clock::time_point next_show_;
  std::map<std::filesystem::path, std::streamoff> followed_;  ///< How much of each file was shown.
};

}  // namespace banyan::app
