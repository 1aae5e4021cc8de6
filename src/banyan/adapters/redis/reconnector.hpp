#pragma once

#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "banyan/adapters/redis/link.hpp"

namespace banyan::redis {

/// Keeps one connection: makes it, and again whenever it ends, after waits that grow with each failure.
///
/// In a cluster one leads: it goes to the node that has the keys, at once where it is told which, and tries others
/// where that does not answer. Those that follow are where it is, or was last.
///
/// The log hears of a loss and of the return, once each, and of every other reason why it cannot be made.
/// Thread safety: none; it belongs to the thread of `io`.
class Reconnector {
 public:
  struct Events {
    std::function<void(const Connected&)> on_ready;
    std::function<void(resp::Reply)> on_reply;
    std::function<void()> on_turn_end;
    std::function<void(const Error&)> on_lost;  ///< A connection that was ready has ended.
    std::function<void()> on_known_down;        ///< Whoever waits for a connection need not do so any more.
  };
  enum class Role : unsigned char { leads, follows };
  struct Tools {
    LinkParts parts;
    Log& log;
    Random& random;
    Counter& reconnects;
  };

  Reconnector(const Tools& tools, std::string purpose, Role role, Events events);

  void start() { connect(); }
  void look_at_time(SteadyTime now, std::optional<SteadyTime> owed_since);
  /// Ends the connection, with on_lost, and makes no more.
  void close(const Error& error);

  /// Null while it is not ready.
  Link* link() const noexcept { return link_ && link_->ready() ? link_.get() : nullptr; }
  const Connected& connected() const noexcept { return connected_; }
  bool known_down() const noexcept { return known_down_; }
  /// Why there is none; empty as long as nothing has failed.
  const std::string& failure() const noexcept { return failure_; }

 private:
  void connect();
  void ready(std::string run_id);
  void ended(const Error& error);
  bool go_where_told(const Error& error);
  void note_down();
  void tell(const Error& error, bool was_ready);
  Duration wait_after_failure();
  std::string place() const { return describe(link_ ? link_->endpoint() : tools_.parts.nodes.current()); }

  Tools tools_;
  std::string purpose_;
  Role role_;
  Events events_;
  std::shared_ptr<Link> link_;
  Connected connected_;
  boost::asio::steady_timer timer_;
  bool was_ready_ = false;  ///< The connection of now.
  bool known_down_ = false;
  bool closed_ = false;
  SteadyTime lost_at_;
  SteadyTime ready_at_;
  unsigned failures_ = 0;  ///< Since a connection last held for backoff_max.
  unsigned moves_ = 0;     ///< From node to node, since anything else ended a connection.
  std::string failure_;
  std::string told_;
  std::string told_to_go_;
};

}  // namespace banyan::redis
