#pragma once

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "banyan/adapters/redis/nodes.hpp"
#include "banyan/adapters/redis/transport.hpp"
#include "banyan/wire/resp.hpp"

namespace banyan::redis {

/// What the connections of a client share; outlives them.
struct LinkParts {
  boost::asio::io_context& io;
  const Options& options;
  Nodes& nodes;
  boost::asio::ssl::context* tls;  ///< Null where the endpoint has no TLS.
  const Clock& clock;
};

/// One connection to a server, from its beginning to its end.
///
/// It is ready once it has been let in, is in its database and knows whom it met; in a cluster, once that node has said
/// that it has the key which the connection is for. If another has it, it ends with the reason `MOVED`. on_end comes
/// last, once.
/// Thread safety: none; it belongs to the thread of `io`, which makes its calls. In them it may be closed.
class Link : public std::enable_shared_from_this<Link> {
 public:
  struct Events {
    std::function<void(std::string run_id)> on_ready;
    std::function<void(resp::Reply)> on_reply;
    std::function<void()> on_turn_end;  ///< After answers that came together, and after a write.
    std::function<void(const Error&)> on_end;
  };

  /// To the current one of the nodes. `key` may be empty: any node of a cluster will do then.
  static std::shared_ptr<Link> open(const LinkParts& parts, std::string key, Events events);

  const Endpoint& endpoint() const noexcept { return endpoint_; }
  bool ready() const noexcept { return ready_ && !closed_; }
  bool writing() const noexcept { return !out_.empty(); }
  /// Only while it is ready and not writing.
  void write(std::string bytes);

  /// When the server last showed a sign of life.
  SteadyTime heard_at() const noexcept { return heard_at_; }

  /// Ends the connection where it should have been ready by now, or has been silent for too long with something owed
  /// since that time.
  void look_at_time(SteadyTime now, std::optional<SteadyTime> owed_since);
  void close(Error error);

 private:
  enum class Step : unsigned char { let_in, database, server, nodes, keys };

  Link(const LinkParts& parts, std::string key, Events events);
  void begin();
  void ask(Step step, std::initializer_list<std::string_view> words);
  void read();
  void received(std::size_t bytes);
  void take(resp::Reply reply);
  void take_step(Step step, const resp::Reply& reply);
  void take_server(std::string_view info);
  void take_keys(const resp::Reply& reply);
  void refused(Step step, const resp::Reply& error);
  void be_ready();
  void write_more();

  LinkParts parts_;
  Endpoint endpoint_;
  std::string key_;
  Events events_;
  Transport transport_;
  resp::Reader reader_;
  std::array<char, std::size_t{32} << 10> room_;
  std::string out_;  ///< Under way, from `written_` on.
  std::size_t written_ = 0;
  std::string run_id_;
  std::deque<Step> steps_;  ///< Whose answers are owed.
  SteadyTime began_at_;
  SteadyTime heard_at_;
  bool ready_ = false;
  bool closed_ = false;
};

}  // namespace banyan::redis
