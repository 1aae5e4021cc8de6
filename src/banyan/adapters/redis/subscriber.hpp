#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/adapters/redis/client_metrics.hpp"
#include "banyan/adapters/redis/reconnector.hpp"

namespace banyan::redis {

/// What a subscriber is told, on the thread of the client: it must not block.
struct Subscription {
  std::vector<std::string> channels;  ///< One at least.
  /// In the order in which the server published.
  std::function<void(std::string_view channel, std::string_view payload)> on_message;
  /// From here on nothing is missed, until on_lost. What was published before is not told.
  std::function<void(const Connected&)> on_subscribed;
  /// After on_subscribed: messages may have been missed since the last one.
  std::function<void()> on_lost;
};

/// A connection that hears of messages on channels, and subscribes again whenever it was lost.
/// Thread safety: none; it belongs to the thread of the client.
class Subscriber {
 public:
  Subscriber(const Reconnector::Tools& tools, Subscription subscription);

  void start() { reconnector_.start(); }
  void look_at_time(SteadyTime now);
  /// Ends the connection, with on_lost.
  void close(const Error& error) { reconnector_.close(error); }

 private:
  void subscribe();
  void take(const resp::Reply& reply);
  void lost();

  const Options& options_;
  const Clock& clock_;
  Subscription subscription_;
  std::size_t confirmed_ = 0;             ///< Of the channels.
  std::optional<SteadyTime> owed_since_;  ///< The confirmations, or the answer to a ping.
  Reconnector reconnector_;
};

}  // namespace banyan::redis
