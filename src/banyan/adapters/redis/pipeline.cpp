#include "banyan/adapters/redis/pipeline.hpp"

#include <array>
#include <utility>

#include "banyan/adapters/redis/errors.hpp"

namespace banyan::redis {
namespace {

/// Of one write, about; more goes out in the next.
constexpr std::size_t write_bytes_max = std::size_t{1} << 20;
/// How often a script is sent for one call: others may make the server forget it in between.
constexpr unsigned attempts_max = 4;

std::uint64_t microseconds(Duration duration) {
  return static_cast<std::uint64_t>(
      std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::microseconds>(duration).count()));
}

Error late_before_sent() { return Error(ErrorCode::deadline_exceeded, "the command waited past its deadline"); }

/// What remains to be said of a command that was sent and gets no answer.
Error unanswered(const Request& request, const Error& error) {
  if (request.command.effect == Effect::read) return error;
  return Error(ErrorCode::outcome_unknown, "Redis may or may not have done it").with_detail(error.message);
}

Error lost_answer(const Error& error) { return Error(ErrorCode::unavailable, error.message).with_detail(error.detail); }

}  // namespace

Pipeline::Pipeline(const Reconnector::Tools& tools, ClientMetrics& metrics, Admission& admission, Events events)
    : options_(tools.parts.options),
      clock_(tools.parts.clock),
      metrics_(metrics),
      admission_(admission),
      events_(std::move(events)),
      reconnector_(
          tools, "commands", Reconnector::Role::leads,
          {.on_ready = [this](const Connected& connection) { connected(connection); },
           .on_reply = [this](resp::Reply reply) { take(std::move(reply)); },
           .on_turn_end = [this] { end_turn(); },
           .on_lost = [this](const Error& error) { lost(error); },
           .on_known_down =
               [this] {
                 events_.on_known_down();
                 fail_queue(
                     Error(ErrorCode::unavailable, "Redis cannot be reached").with_detail(reconnector_.failure()));
               }}) {}

void Pipeline::connected(const Connected& connection) {
  loaded_.clear();
  refused_scripts_.clear();
  moved_.reset();
  events_.on_connected(connection);
}

void Pipeline::submit(Request* request) {
  if (reconnector_.known_down())
    return refuse(request,
                  Error(ErrorCode::unavailable, "Redis cannot be reached").with_detail(reconnector_.failure()));
  queue_.push_back(request);
}

void Pipeline::refuse(Request* request, Error error) {
  const std::size_t bytes = request->bytes;
  request->deliver(fail(std::move(error)), deliveries_);
  admission_.leave(1, bytes);
}

void Pipeline::flush() {
  Link* const link = reconnector_.link();
  std::string out;
  const SteadyTime now = clock_.steady();
  while (link != nullptr && !link->writing() && !queue_.empty() && out.size() < write_bytes_max) {
    Request* const request = queue_.front();
    queue_.pop_front();
    append(request, now, out);
  }
  if (!out.empty()) link->write(std::move(out));
  deliveries_.send();
}

void Pipeline::append(Request* request, SteadyTime now, std::string& out) {
  const Command& command = request->command;
  if (request->expired()) return refuse(request, late_before_sent());
  if (command.generation != 0 && command.generation != reconnector_.connected().generation)
    return refuse(
        request,
        Error(ErrorCode::unavailable, "Redis has been connected to again since").with_reason("other_generation"));
  if (command.script != nullptr) append_script(*command.script, now, out);
  if (auto appended = command.append_to(out); !appended) return refuse(request, std::move(appended.error()));
  owed_.push_back({.kind = Kind::command, .sent_at = now, .request = request, .bytes = request->bytes});
}

// Ahead of its first call on a connection, in the same write: so it is there, and costs no round trip.
void Pipeline::append_script(const Script& script, SteadyTime now, std::string& out) {
  if (!loaded_.insert(script.sha1()).second) return;
  const std::array<std::string_view, 3> words{"SCRIPT", "LOAD", script.text()};
  if (!resp::append_command(out, words)) return;
  owed_.push_back({.kind = Kind::script, .sent_at = now, .sha1 = script.sha1()});
}

void Pipeline::take(resp::Reply reply) {
  if (owed_.empty())
    return reconnector_.link()->close(Error(ErrorCode::unavailable, "Redis answers what nobody asked"));
  const Owed owed = std::move(owed_.front());
  owed_.pop_front();
  switch (owed.kind) {
    case Kind::command: return take_answer(owed, std::move(reply));
    case Kind::script: return take_script(owed, reply);
    case Kind::ping: return;
  }
}

void Pipeline::take_script(const Owed& owed, const resp::Reply& reply) {
  if (reply.is_error()) refused_scripts_.insert_or_assign(owed.sha1, reply);
}

void Pipeline::take_answer(const Owed& owed, resp::Reply reply) {
  Request* const request = owed.request;
  if (request != nullptr && must_load_again(request, reply)) return again_.push_back(request);
  admission_.leave(1, owed.bytes);
  if (reply.is_error() && code_of(reply) == "MOVED") moved_ = error_from(reply);
  if (request == nullptr) return;
  metrics_.latency.observe(microseconds(clock_.steady() - request->arrived));
  if (reply.is_error())
    request->deliver(fail(error_from(reply)), deliveries_);
  else
    request->deliver(std::move(reply), deliveries_);
}

// Where the script itself was refused, that is the reason to tell; the next call tries again.
bool Pipeline::must_load_again(Request* request, resp::Reply& reply) {
  if (request->command.script == nullptr || !reply.is_error() || code_of(reply) != "NOSCRIPT") return false;
  const std::string& sha1 = request->command.script->sha1();
  loaded_.erase(sha1);
  if (const auto refused = refused_scripts_.extract(sha1)) return reply = refused.mapped(), false;
  return ++request->attempts < attempts_max;
}

void Pipeline::end_turn() {
  queue_.insert(queue_.begin(), again_.begin(), again_.end());
  again_.clear();
  // Nothing that is asked here would be done.
  if (moved_ && reconnector_.link() != nullptr) reconnector_.link()->close(*moved_);
  flush();
}

void Pipeline::lost(const Error& error) {
  queue_.insert(queue_.begin(), again_.begin(), again_.end());
  again_.clear();
  // An answer that was too large is the oldest's; the others have lost their connection by it.
  Error why = error.code == ErrorCode::too_large ? error : lost_answer(error);
  for (const Owed& owed : std::exchange(owed_, {})) {
    if (owed.kind != Kind::command) continue;
    if (owed.request != nullptr) owed.request->deliver(fail(unanswered(*owed.request, why)), deliveries_);
    admission_.leave(1, owed.bytes);
    why = lost_answer(error);
  }
  events_.on_lost();
  if (reconnector_.known_down()) fail_queue(error);
  deliveries_.send();
}

void Pipeline::fail_queue(const Error& error) {
  for (Request* const request : std::exchange(queue_, {})) refuse(request, lost_answer(error));
  deliveries_.send();
}

void Pipeline::give_up_late() {
  for (Owed& owed : owed_) {
    if (owed.request == nullptr || !owed.request->expired()) continue;
    Request* const request = std::exchange(owed.request, nullptr);
    request->deliver(fail(unanswered(*request, Error(ErrorCode::deadline_exceeded, "Redis has not answered in time"))),
                     deliveries_);
  }
  std::erase_if(queue_, [this](Request* request) {
    if (!request->expired()) return false;
    refuse(request, late_before_sent());
    return true;
  });
}

void Pipeline::ping_where_silent(SteadyTime now) {
  Link* const link = reconnector_.link();
  if (link == nullptr || !owed_.empty() || link->writing() || now - link->heard_at() < options_.ping_after) return;
  std::string out;
  const std::array<std::string_view, 1> words{"PING"};
  (void)resp::append_command(out, words);
  owed_.push_back({.kind = Kind::ping, .sent_at = now});
  link->write(std::move(out));
}

void Pipeline::look_at_time(SteadyTime now) {
  give_up_late();
  const auto owed_since = owed_.empty() ? std::nullopt : std::optional(owed_.front().sent_at);
  reconnector_.look_at_time(now, owed_since);
  ping_where_silent(now);
  flush();
}

void Pipeline::close(const Error& error) {
  reconnector_.close(error);
  fail_queue(error);
}

}  // namespace banyan::redis
