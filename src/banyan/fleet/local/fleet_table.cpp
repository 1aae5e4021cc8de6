#include "banyan/fleet/local/fleet_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace banyan::fleet {
namespace {

constexpr std::size_t columns = 8;
using Cells = std::array<std::string, columns>;

const Cells heading{"name", "what", "pid", "port", "health", "restarts", "requests/s", "lag"};

std::string amount_of_bytes(std::uint64_t bytes) {
  if (bytes < 10'000) return std::to_string(bytes) + " B";
  if (bytes < 10'000'000) return std::to_string(bytes / 1'000) + " kB";
  return std::to_string(bytes / 1'000'000) + " MB";
}

Cells cells_of(const FleetRow& row) {
  return {row.name,
          row.what,
          row.pid == 0 ? "-" : std::to_string(row.pid),
          std::to_string(row.port),
          row.health,
          row.restarts == 0 ? "" : std::to_string(row.restarts),
          row.requests_per_second ? std::to_string(std::llround(*row.requests_per_second)) : "",
          row.lag_bytes ? amount_of_bytes(*row.lag_bytes) : ""};
}

std::string line_of(const Cells& cells, const std::array<std::size_t, columns>& widths) {
  std::string line;
  for (std::size_t i = 0; i < columns; ++i) {
    line += cells[i];
    if (i + 1 < columns) line.append(widths[i] - cells[i].size() + 2, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

std::vector<std::string> table_of(const std::vector<FleetRow>& rows) {
  std::vector<Cells> table{heading};
  for (const FleetRow& row : rows) table.push_back(cells_of(row));
  std::array<std::size_t, columns> widths{};
  for (const Cells& cells : table)
    for (std::size_t i = 0; i < columns; ++i) widths[i] = std::max(widths[i], cells[i].size());
  std::vector<std::string> lines;
  for (const Cells& cells : table) lines.push_back(line_of(cells, widths));
  return lines;
}

}  // namespace banyan::fleet
