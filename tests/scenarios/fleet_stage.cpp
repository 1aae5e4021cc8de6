#include "scenarios/fleet_stage.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string_view>

#include "scenarios/up_process.hpp"

namespace banyan::scenarios {
namespace {

constexpr std::string_view prefix = "up";

std::string in_capitals(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

// A value of TOML as a variable has it: without quotes and brackets.
std::string plain(std::string_view value) {
  std::string text;
  for (const char c : value.substr(0, value.find('#')))
    if (std::string_view("\"[] ").find(c) == std::string_view::npos) text += c;
  return text;
}

bool may_differ(const std::string& section, const std::string& key) {
  return section == "fleet" || key == "url" || key == "replicas";
}

class Fleet {
 public:
  Fleet(int stage, Executable executable) : up_({"banyan.toml"}, stage_settings(stage), executable) {}

  std::uint16_t serve(const std::string& config) {
    write_text(up_.folder() / "banyan.toml", config);
    if (!started_) {
      up_.start();
    } else if (const CommandResult emptied = up_.fleet({"reset"}); emptied.exit_code != 0) {
      throw std::runtime_error("the fleet cannot be emptied: " + emptied.output + up_.output());
    }
    started_ = true;
    return up_.port();
  }

 private:
  UpProcess up_;
  bool started_ = false;
};

}  // namespace

std::optional<int> fleet_stage() {
  const char* stage = std::getenv("BANYAN_TEST_STAGE");
  if (stage == nullptr || !std::string_view(stage).starts_with(prefix)) return std::nullopt;
  return std::stoi(stage + prefix.size());
}

std::map<std::string, std::string> stage_settings(int stage) {
  std::istringstream lines(read_text(std::filesystem::path(BANYAN_STAGES_FOLDER) / (std::to_string(stage) + ".toml")));
  std::map<std::string, std::string> settings;
  std::string section;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t equals = line.find(" = ");
    if (line.starts_with("[")) section = plain(line);
    if (line.starts_with("#") || equals == std::string::npos || !may_differ(section, line.substr(0, equals))) continue;
    settings["BANYAN_" + in_capitals(section + "_" + line.substr(0, equals))] = plain(line.substr(equals + 3));
  }
  return settings;
}

std::uint16_t serve_by_fleet(const std::string& config, Executable executable) {
  static std::map<Executable, std::unique_ptr<Fleet>> fleets;
  std::unique_ptr<Fleet>& fleet = fleets[executable];
  if (!fleet) fleet = std::make_unique<Fleet>(fleet_stage().value(), executable);
  return fleet->serve(config);
}

}  // namespace banyan::scenarios
