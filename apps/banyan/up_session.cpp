#include "up_session.hpp"

#include <charconv>
#include <csignal>
#include <fstream>
#include <iostream>
#include <string_view>
#include <thread>
#include <utility>

#include "banyan/fleet/local/fleet_table.hpp"
#include "commands.hpp"
#include "report.hpp"

namespace banyan::app {
namespace {

constexpr std::chrono::milliseconds look_again_after{20};
constexpr std::chrono::milliseconds command_ends_within{3'000};

std::string path_of(const fleet::StagePlan& plan) {
  const auto path = plan.environment.find("PATH");
  return path == plan.environment.end() ? "/usr/bin:/bin" : path->second;
}

std::string in_words(const fleet::StagePlan& plan) {
  std::string words = std::to_string(plan.instances) + (plan.instances == 1 ? " instance" : " instances");
  words += plan.postgres ? ", PostgreSQL" : ", SQLite";
  if (plan.replicas > 0) words += " with " + std::to_string(plan.replicas) + " replicas";
  if (plan.redis) words += ", Redis";
  if (plan.balancer == config::Fleet::Balancer::haproxy) words += ", HAProxy";
  if (plan.balancer == config::Fleet::Balancer::nginx) words += ", nginx";
  return words;
}

}  // namespace

UpSession::UpSession(const fleet::StagePlan& plan, const fleet::RunFolder& folder, bool verbose, std::string once_ready)
    : plan_(plan),
      folder_(folder),
      screen_(verbose),
      once_ready_(std::move(once_ready)),
      fleet_({.plan = plan,
              .folder = folder,
              .programs = fleet::Programs(path_of(plan)),
              .random = random_,
              .report = [this](const std::string& line) { screen_.say(line); },
              .meanwhile = [this] { attend(); }}) {}

int UpSession::run() {
  const Result<std::filesystem::path> place = folder_.make("control");
  if (!place) return stop(place.error());
  const Result<fleet::ControlSocket> control = fleet::ControlSocket::listen(*place);
  if (!control) return stop(control.error());
  control_ = &*control;
  const int exit_code = serve();
  control_ = nullptr;
  return exit_code;
}

int UpSession::serve() {
  changing_ = true;
  screen_.say("Starting " + in_words(plan_) + ".");
  if (const Result<void> started = fleet_.start(); !started) {
    if (!fleet_.stop_requested()) return stop(started.error());
    stop(std::nullopt);
    return stopped_by_signal();
  }
  const Result<std::filesystem::path> key = write_key();
  if (!key) return stop(key.error());
  screen_.say("Ready: " + plan_.url() + " (" + in_words(plan_) + ")");
  screen_.say("The service key is in " + key->string() + ". Ctrl-C ends it all.");
  changing_ = false;
  if (const Result<void> started = start_command(); !started) return stop(started.error());
  const int exit_code = serve_until_stop();
  end_command();
  stop(std::nullopt);
  return exit_code;
}

Result<void> UpSession::start_command() {
  if (once_ready_.empty()) return {};
  fleet::ChildSetup setup;
  setup.command = {"/bin/sh", "-c", once_ready_};
  setup.environment.insert(plan_.environment.begin(), plan_.environment.end());
  setup.environment["BANYAN_URL"] = plan_.url();
  setup.environment["BANYAN_SERVICE_KEY"] = plan_.config.service_key;
  setup.folder = std::filesystem::current_path();
  Result<fleet::ChildProcess> started = fleet::ChildProcess::start(setup);
  if (!started) return fail(std::move(started.error()));
  command_ = std::move(*started);
  return {};
}

int UpSession::serve_until_stop() {
  while (!fleet_.stop_requested()) {
    fleet_.step();
    attend();
    if (command_)
      if (const std::optional<int> code = command_->exit_code()) return *code;
    std::this_thread::sleep_for(look_again_after);
  }
  return stopped_by_signal();
}

void UpSession::request_stop(int signal) noexcept {
  stop_signal_ = signal;
  fleet_.request_stop();
}

// Tests that were broken off have not passed.
int UpSession::stopped_by_signal() const { return once_ready_.empty() ? int{exit_ok} : 128 + stop_signal_; }

void UpSession::end_command() {
  if (!command_) return;
  command_->send_signal_to_group(SIGTERM);
  command_->wait(command_ends_within);
  command_.reset();
}

int UpSession::stop(const std::optional<Error>& error) {
  screen_.finish("Stopping.");
  fleet_.stop();
  if (!error) return exit_ok;
  report(*error, std::cerr);
  return exit_failed;
}

Result<std::filesystem::path> UpSession::write_key() const {
  std::filesystem::path file = folder_.path() / "control" / "service.key";
  std::ofstream stream(file);
  stream << plan_.config.service_key << "\n" << std::flush;
  if (!stream) return fail(ErrorCode::storage_full, file.string() + " cannot be written.");
  return file;
}

void UpSession::attend() {
  screen_.show(fleet_);
  if (control_ == nullptr) return;
  if (const std::optional<fleet::ControlRequest> request = control_->next()) answer(*request);
}

void UpSession::answer(const fleet::ControlRequest& request) {
  if (request.words() == "status") {
    for (const std::string& line : fleet::table_of(fleet_.rows())) request.say(line);
    return request.finish({});
  }
  if (changing_)
    return request.finish(fail(Error(ErrorCode::unavailable, "This fleet is starting, or is being changed by another.")
                                   .with_hint("See `banyan fleet status`, and try again when it is done.")));
  changing_ = true;
  request.finish(change(request));
  changing_ = false;
}

Result<void> UpSession::change(const fleet::ControlRequest& request) {
  const fleet::RunningFleet::Report progress = [&](const std::string& line) {
    request.say(line);
    screen_.say(line);
  };
  const std::string_view words = request.words();
  constexpr std::string_view scale = "scale ";
  if (words == "restart") return fleet_.restart(progress);
  if (words == "reset") return fleet_.reset(progress);
  if (!words.starts_with(scale))
    return fail(ErrorCode::invalid, "This fleet does not know what '" + request.words() + "' means.");
  std::size_t instances = 0;
  std::from_chars(words.data() + scale.size(), words.data() + words.size(), instances);
  return fleet_.scale(instances, progress);
}

}  // namespace banyan::app
