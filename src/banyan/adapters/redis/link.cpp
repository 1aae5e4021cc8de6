#include "banyan/adapters/redis/link.hpp"

#include <algorithm>
#include <utility>

#include "banyan/adapters/redis/errors.hpp"

namespace banyan::redis {
namespace {

using boost::system::error_code;

Error lost(const error_code& error) {
  return Error(ErrorCode::unavailable, "the connection to Redis has ended").with_detail(error.message());
}

/// The value of a line `name:value` of what INFO answers.
std::string_view line_of(std::string_view info, std::string_view name) {
  while (!info.empty()) {
    const std::size_t end = info.find("\r\n");
    const std::string_view line = info.substr(0, end);
    if (line.starts_with(name) && line.substr(name.size()).starts_with(':')) return line.substr(name.size() + 1);
    info.remove_prefix(end == std::string_view::npos ? info.size() : end + 2);
  }
  return {};
}

/// Also `ERR AUTH <password> called without any password configured`, and before Redis 6 `ERR invalid password`.
bool is_of_login(const resp::Reply& error) {
  const std::string_view code = code_of(error);
  return code == "WRONGPASS" || code == "NOAUTH" || error.text.find("password") != std::string::npos;
}

}  // namespace

std::shared_ptr<Link> Link::open(const LinkParts& parts, Events events) {
  std::shared_ptr<Link> link(new Link(parts, std::move(events)));
  link->transport_.connect([link](const Result<void>& connected) {
    if (link->closed_) return;
    if (!connected) return link->close(connected.error());
    link->begin();
  });
  return link;
}

Link::Link(const LinkParts& parts, Events events)
    : parts_(parts),
      events_(std::move(events)),
      transport_(parts.io, parts.endpoint, parts.tls),
      reader_(parts.options.reply_bytes_max),
      began_at_(parts.clock.steady()),
      heard_at_(began_at_) {}

void Link::begin() {
  const Endpoint& endpoint = parts_.endpoint;
  if (!endpoint.user.empty())
    ask(Step::let_in, {"AUTH", endpoint.user, endpoint.password});
  else if (!endpoint.password.empty())
    ask(Step::let_in, {"AUTH", endpoint.password});
  if (endpoint.database != 0) ask(Step::database, {"SELECT", std::to_string(endpoint.database)});
  ask(Step::server, {"INFO", "server"});
  write_more();
  read();
}

void Link::ask(Step step, std::initializer_list<std::string_view> words) {
  steps_.push_back(step);
  // What is asked here is short.
  (void)resp::append_command(out_, {words.begin(), words.size()});
}

void Link::read() {
  transport_.read_some(room_, [link = shared_from_this()](const error_code& error, std::size_t bytes) {
    if (link->closed_) return;
    if (error) return link->close(lost(error));
    link->received(bytes);
    if (!link->closed_) link->read();
  });
}

void Link::received(std::size_t bytes) {
  heard_at_ = parts_.clock.steady();
  reader_.feed({room_.data(), bytes});
  while (!closed_) {
    Result<std::optional<resp::Reply>> next = reader_.next();
    if (!next) close(std::move(next.error()));
    if (closed_ || !*next) break;
    take(std::move(**next));
  }
  if (ready()) events_.on_turn_end();
}

void Link::take(resp::Reply reply) {
  if (ready_) return events_.on_reply(std::move(reply));
  if (steps_.empty()) return close(Error(ErrorCode::invalid, "Redis answers what nobody asked"));
  const Step step = steps_.front();
  steps_.pop_front();
  take_step(step, reply);
}

void Link::take_step(Step step, const resp::Reply& reply) {
  if (reply.is_error()) {
    if (is_of_login(reply))
      return close(Error(ErrorCode::invalid, "Redis does not let this user in")
                       .with_hint("the URL needs the right user and password, percent-encoded")
                       .with_detail(reply.text));
    if (step == Step::database && code_of(reply) == "ERR")
      return close(Error(ErrorCode::invalid, "Redis has no database of that number").with_detail(reply.text));
    return close(error_from(reply));
  }
  if (step != Step::server) return;
  const std::string_view run_id = line_of(reply.text, "run_id");
  if (run_id.empty()) return close(Error(ErrorCode::invalid, "Redis does not tell its run_id in INFO server"));
  ready_ = true;
  events_.on_ready(std::string(run_id));
}

void Link::write(std::string bytes) {
  out_ = std::move(bytes);
  if (!out_.empty()) write_more();
}

void Link::write_more() {
  transport_.write_some(std::string_view(out_).substr(written_),
                        [link = shared_from_this()](const error_code& error, std::size_t bytes) {
                          if (link->closed_) return;
                          if (error) return link->close(lost(error));
                          // The first bytes go into a buffer, whoever lives; room for more says that it was emptied.
                          if (link->written_ > 0) link->heard_at_ = link->parts_.clock.steady();
                          link->written_ += bytes;
                          if (link->written_ < link->out_.size()) return link->write_more();
                          link->out_.clear();
                          link->written_ = 0;
                          if (link->ready()) link->events_.on_turn_end();
                        });
}

void Link::look_at_time(SteadyTime now, std::optional<SteadyTime> owed_since) {
  if (closed_) return;
  if (!ready_ && now - began_at_ >= parts_.options.connect_timeout)
    return close(Error(ErrorCode::unavailable, "Redis does not answer")
                     .with_detail("while being connected to")
                     .with_hint(parts_.endpoint.tls ? "write redis:// where the port has no TLS" : ""));
  if (ready_ && owed_since && now - std::max(heard_at_, *owed_since) >= parts_.options.silence_max)
    close(
        Error(ErrorCode::unavailable, "Redis does not answer").with_reason("silent").with_detail("it owes an answer"));
}

void Link::close(Error error) {
  if (std::exchange(closed_, true)) return;
  const std::shared_ptr<Link> alive = shared_from_this();
  transport_.close();
  events_.on_end(error);
}

}  // namespace banyan::redis
