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

std::shared_ptr<Link> Link::open(const LinkParts& parts, std::string key, Events events) {
  std::shared_ptr<Link> link(new Link(parts, std::move(key), std::move(events)));
  link->transport_.connect([link](const Result<void>& connected) {
    if (link->closed_) return;
    if (!connected) return link->close(connected.error());
    link->begin();
  });
  return link;
}

Link::Link(const LinkParts& parts, std::string key, Events events)
    : parts_(parts),
      endpoint_(parts.nodes.current()),
      key_(std::move(key)),
      events_(std::move(events)),
      transport_(parts.io, endpoint_, parts.tls),
      reader_(parts.options.reply_bytes_max),
      began_at_(parts.clock.steady()),
      heard_at_(began_at_) {}

void Link::begin() {
  if (!endpoint_.user.empty())
    ask(Step::let_in, {"AUTH", endpoint_.user, endpoint_.password});
  else if (!endpoint_.password.empty())
    ask(Step::let_in, {"AUTH", endpoint_.password});
  if (endpoint_.database != 0) ask(Step::database, {"SELECT", std::to_string(endpoint_.database)});
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
  switch (step) {
    case Step::let_in:
    case Step::database:
      if (reply.is_error()) refused(step, reply);
      return;
    case Step::server: return reply.is_error() ? refused(step, reply) : take_server(reply.text);
    // Who may not ask that has the nodes of the URL.
    case Step::nodes:
      if (!reply.is_error()) parts_.nodes.met(nodes_of(reply, endpoint_));
      return key_.empty() ? be_ready() : void();
    case Step::keys: return take_keys(reply);
  }
}

void Link::refused(Step step, const resp::Reply& error) {
  if (is_of_login(error))
    return close(Error(ErrorCode::invalid, "Redis does not let this user in")
                     .with_hint("the URL needs the right user and password, percent-encoded")
                     .with_detail(error.text));
  if (step == Step::database && error.text.contains("cluster mode"))
    return close(Error(ErrorCode::invalid, "a cluster of Redis has no database but 0")
                     .with_hint("leave the database out of the URL")
                     .with_detail(error.text));
  if (step == Step::database && code_of(error) == "ERR")
    return close(Error(ErrorCode::invalid, "Redis has no database of that number").with_detail(error.text));
  close(error_from(error));
}

void Link::take_server(std::string_view info) {
  run_id_ = line_of(info, "run_id");
  if (run_id_.empty()) return close(Error(ErrorCode::invalid, "Redis does not tell its run_id in INFO server"));
  if (line_of(info, "redis_mode") != "cluster") {
    if (!parts_.nodes.several()) return be_ready();
    return close(Error(ErrorCode::invalid, "the URL names several hosts, and Redis is no cluster there")
                     .with_hint("name one host, or the nodes of one cluster"));
  }
  const bool writes = writing();
  ask(Step::nodes, {"CLUSTER", "SLOTS"});
  // Only the node that has the key answers, and no replica of it.
  if (!key_.empty()) ask(Step::keys, {"EXISTS", key_});
  if (!writes) write_more();
}

// A node that gives the key away has it until it says MOVED.
void Link::take_keys(const resp::Reply& reply) {
  if (!reply.is_error() || code_of(reply) == "ASK" || code_of(reply) == "NOPERM") return be_ready();
  close(error_from(reply));
}

void Link::be_ready() {
  ready_ = true;
  events_.on_ready(run_id_);
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
                     .with_hint(endpoint_.tls ? "write redis:// where the port has no TLS" : ""));
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
