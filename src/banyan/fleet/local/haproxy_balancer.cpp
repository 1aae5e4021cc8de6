#include "banyan/fleet/local/haproxy_balancer.hpp"

#include <charconv>
#include <numeric>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "banyan/fleet/local/loopback.hpp"
#include "banyan/fleet/render.hpp"
#include "banyan/fleet/whole_file.hpp"

namespace banyan::fleet {
namespace {

constexpr std::chrono::milliseconds answers_within{1'000};

std::vector<std::string_view> fields_of(std::string_view line, char separator) {
  std::vector<std::string_view> fields;
  while (true) {
    const std::size_t end = line.find(separator);
    fields.push_back(line.substr(0, end));
    if (end == std::string_view::npos) return fields;
    line.remove_prefix(end + 1);
  }
}

std::string server_of(std::size_t place) { return std::string(haproxy_backend) + "/" + haproxy_server_name(place); }

/// What HAProxy's statistics say of a server.
struct ServerState {
  std::uint64_t requests = 0;  ///< In flight, and queued for it.
  std::string status;
};

std::uint64_t number_in(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// Of the table that `show stat` prints: a line a server, and the columns' names first.
std::optional<ServerState> find_state(const std::string& table, const std::string& server) {
  std::istringstream lines(table);
  std::string line;
  std::getline(lines, line);
  const std::string heading = line;
  const std::vector<std::string_view> names = fields_of(heading, ',');
  while (std::getline(lines, line)) {
    const std::vector<std::string_view> fields = fields_of(line, ',');
    if (fields.size() < names.size() || std::string(fields[0]) + "/" + std::string(fields[1]) != server) continue;
    ServerState state;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] == "qcur" || names[i] == "scur") state.requests += number_in(fields[i]);
      if (names[i] == "status") state.status = fields[i];
    }
    return state;
  }
  return std::nullopt;
}

class HaproxyBalancer final : public Balancer {
 public:
  explicit HaproxyBalancer(BalancerPlan plan) : plan_(std::move(plan)) {}

  ServiceSetup setup() const override {
    return {.name = "balancer",
            .what = "HAProxy",
            .port = plan_.port,
            .child = {.command = {plan_.program, "-db", "-f", file()},
                      .environment = {{"PATH", "/usr/bin:/bin"}},
                      .folder = plan_.folder,
                      .output = plan_.folder / "haproxy.log",
                      .run_as = {},
                      .death_signal = SIGTERM},
            .ready = [this] { return serves(); }};
  }

  // Every place is there; closed ones are in maintenance from the start.
  Result<void> write(const OpenPlaces& open) override {
    std::vector<std::size_t> all(plan_.ports.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    Placement placement{.folder = plan_.folder, .request_log = false, .closed = open};
    placement.closed.flip();
    const Result<std::string> text = render_haproxy(with_places(plan_, all), placement);
    return text ? write_whole_file(file(), *text, 0600) : fail(text.error());
  }

  Result<void> apply(const OpenPlaces& open) override {
    if (Result<void> written = write(open); !written) return written;
    std::string commands;
    for (std::size_t place = 0; place < open.size(); ++place)
      commands += "set server " + server_of(place) + " state " + (open[place] ? "ready" : "maint") + "; ";
    if (ask(commands)) return {};
    return fail(ErrorCode::unavailable, "HAProxy does not answer on its runtime socket.");
  }

  bool opened(std::size_t place) override {
    const std::optional<ServerState> state = state_of(place);
    return state && (state->status.starts_with("UP") || state->status == "no check");
  }

  bool drained(std::size_t place) override {
    const std::optional<ServerState> state = state_of(place);
    return state && state->requests == 0 && state->status.starts_with("MAINT");
  }

 private:
  std::filesystem::path file() const { return plan_.folder / "haproxy.cfg"; }

  std::optional<std::string> ask(const std::string& commands) const {
    return ask_socket(haproxy_socket(plan_.config, {.folder = plan_.folder}), commands + "\n", answers_within);
  }

  // Instances that are not ready are the instances' matter: HAProxy itself serves once it answers at all.
  bool serves() const { return answers(plan_.port) && ask("show info"); }

  std::optional<ServerState> state_of(std::size_t place) const {
    const std::optional<std::string> table = ask("show stat");
    return table ? find_state(*table, server_of(place)) : std::nullopt;
  }

  BalancerPlan plan_;
};

}  // namespace

std::unique_ptr<Balancer> make_haproxy(BalancerPlan plan) { return std::make_unique<HaproxyBalancer>(std::move(plan)); }

}  // namespace banyan::fleet
