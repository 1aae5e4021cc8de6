#include "banyan/fleet/local/nginx_balancer.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <string>
#include <utility>

#include "banyan/fleet/local/loopback.hpp"
#include "banyan/fleet/render.hpp"
#include "banyan/fleet/whole_file.hpp"

namespace banyan::fleet {
namespace {

constexpr std::chrono::milliseconds check_within{10'000};

std::vector<pid_t> children_of(pid_t parent) {
  const std::string process = std::to_string(parent);
  std::ifstream file("/proc/" + process + "/task/" + process + "/children");
  std::vector<pid_t> children;
  for (pid_t child = 0; file >> child;) children.push_back(child);
  return children;
}

class NginxBalancer final : public Balancer {
 public:
  explicit NginxBalancer(BalancerPlan plan) : plan_(std::move(plan)) {}

  ServiceSetup setup() const override {
    return {.name = "balancer", .what = "nginx", .port = plan_.port, .child = command({}), .ready = [this] {
              return answers(plan_.port);
            }};
  }

  Result<void> write(const OpenPlaces& open) override {
    std::vector<std::size_t> places;
    for (std::size_t place = 0; place < open.size(); ++place)
      if (open[place]) places.push_back(place);
    // It does not load one without instances: requests to those that are away fail either way.
    if (places.empty()) return {};
    const Placement placement{.folder = plan_.folder, .request_log = false};
    const Result<std::string> text = render_nginx(with_places(plan_, places), placement);
    return text ? write_whole_file(file(), *text, 0600) : fail(text.error());
  }

  Result<void> apply(const OpenPlaces& open) override {
    if (Result<void> written = write(open); !written) return written;
    // One that does not load would be refused in silence, with the old one going on.
    if (Result<void> checked = run_to_end(command({"-t"}), check_within); !checked) return checked;
    const pid_t master = this->master();
    replaced_ = children_of(master);
    if (master > 0 && ::kill(master, SIGHUP) == 0) return {};
    return fail(ErrorCode::unavailable, "nginx does not run.");
  }

  bool opened(std::size_t) override { return reloaded(); }
  bool drained(std::size_t) override { return reloaded(); }

 private:
  std::filesystem::path file() const { return plan_.folder / "nginx.conf"; }
  std::filesystem::path pid_file() const { return plan_.folder / "nginx.pid"; }

  ChildSetup command(const std::vector<std::string>& more) const {
    // The workers of root's would be another user's otherwise, who cannot enter this folder.
    const std::string user = ::geteuid() == 0 ? "user root; " : "";
    std::vector<std::string> words{plan_.program, "-p", plan_.folder, "-c", file(), "-g", user + "daemon off;"};
    words.insert(words.end(), more.begin(), more.end());
    return {.command = std::move(words),
            .environment = {{"PATH", "/usr/bin:/bin"}},
            .folder = plan_.folder,
            .output = plan_.folder / "nginx.log",
            .run_as = {},
            .death_signal = SIGTERM};
  }

  pid_t master() const {
    pid_t process = 0;
    std::ifstream(pid_file()) >> process;
    return process;
  }

  // Whether the workers that had the last configuration are gone, and others are there.
  bool reloaded() const {
    const std::vector<pid_t> workers = children_of(master());
    const auto is_old = [this](pid_t worker) { return std::ranges::find(replaced_, worker) != replaced_.end(); };
    return !workers.empty() && std::ranges::none_of(workers, is_old);
  }

  BalancerPlan plan_;
  std::vector<pid_t> replaced_;
};

}  // namespace

std::unique_ptr<Balancer> make_nginx(BalancerPlan plan) { return std::make_unique<NginxBalancer>(std::move(plan)); }

}  // namespace banyan::fleet
