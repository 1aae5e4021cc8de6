#include "fleet_screen.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <fstream>
#include <iostream>

#include "banyan/fleet/local/fleet_table.hpp"

namespace banyan::app {
namespace {

constexpr std::chrono::seconds drawn_every{1};
constexpr std::chrono::milliseconds followed_every{100};
constexpr std::size_t width_otherwise = 80;
constexpr int followed_lines_max = 200;

// A line that is wider than the terminal would take two, and the table could not be taken away again.
std::size_t terminal_width() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return width_otherwise;
  return size.ws_col;
}

}  // namespace

FleetScreen::FleetScreen(bool verbose) : terminal_(::isatty(STDOUT_FILENO) == 1), verbose_(verbose) {}

void FleetScreen::say(const std::string& line) {
  erase_table();
  std::cout << line << std::endl;
  next_show_ = {};
}

void FleetScreen::erase_table() {
  if (table_lines_ > 0) std::cout << "\033[" << table_lines_ << "A\033[J";
  table_lines_ = 0;
}

void FleetScreen::show(const fleet::RunningFleet& fleet) {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_show_ || (!terminal_ && !verbose_)) return;
  const std::vector<fleet::FleetRow> rows = fleet.rows();
  if (verbose_)
    for (const fleet::FleetRow& row : rows) follow(row);
  if (terminal_) {
    erase_table();
    const std::size_t width = terminal_width();
    for (const std::string& line : fleet::table_of(rows)) std::cout << line.substr(0, width - 1) << "\n";
    std::cout << std::flush;
    table_lines_ = rows.size() + 1;
  }
  next_show_ = now + (verbose_ ? std::chrono::milliseconds(followed_every) : std::chrono::milliseconds(drawn_every));
}

void FleetScreen::follow(const fleet::FleetRow& row) {
  std::ifstream file(row.output, std::ios::binary);
  std::streamoff& shown = followed_[row.output];
  file.seekg(shown);
  std::string line;
  for (int i = 0; i < followed_lines_max && std::getline(file, line) && !file.eof(); ++i) {
    shown += static_cast<std::streamoff>(line.size()) + 1;
    erase_table();
    std::cout << row.name << " | " << line << "\n";
  }
  std::cout << std::flush;
}

void FleetScreen::finish(const std::string& line) {
  say(line);
  terminal_ = false;
  verbose_ = false;
}

}  // namespace banyan::app
