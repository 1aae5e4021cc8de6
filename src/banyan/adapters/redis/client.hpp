#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "banyan/adapters/redis/command.hpp"
#include "banyan/adapters/redis/options.hpp"
#include "banyan/adapters/redis/subscriber.hpp"
#include "banyan/base/context.hpp"
#include "banyan/base/task.hpp"
#include "banyan/wire/resp.hpp"

namespace banyan::redis {

class Engine;

/// A client of one Redis server, or of one slot of a cluster, with a thread and a connection of its own.
///
/// Commands of all callers share the connection, in the order in which they come; what an executor asks in one of its
/// turns goes out together. A call of a script that the server does not know brings it along, so it may run after
/// commands that were asked later.
///
/// In a cluster all keys of a client have the same hash tag, so that one node has them: the connection is to that node,
/// and so are the subscriptions. It goes to another where that gets the keys, or where it is down.
///
/// A lost connection is made again, without end. Until it is, commands are `unavailable` at once.
/// Thread safety: follow() from any thread; run(), run_all(), connected(), unready_reason() from any thread after
/// start(); the rest from one, and not from the client's own, which makes the calls.
class Client {
 public:
  using Reply = resp::Reply;

  /// Connects to nothing yet. Errors: `invalid` for what is wrong with the options.
  static Result<std::unique_ptr<Client>> make(Options options, const Parts& parts);
  ~Client();

  /// To be told of every connection before any command goes out on it, and of its end, on the client's thread. Before
  /// start(), once.
  void on_connection(std::function<void(const Connected&)> connected, std::function<void()> lost);
  /// Before start(); each subscription has a connection of its own.
  void subscribe(Subscription subscription);

  /// In a cluster, connections that are made from now on are to the node that has this key.
  void follow(std::string key);

  /// Returns when it is connected, or has failed to be; it goes on trying then.
  void start();
  /// Refuses what comes, waits options.stop_patience at most for what was asked, ends.
  void stop();

  /// The answer. What `command` refers to lives until then.
  ///
  /// Errors: what Redis answered, as error_from() says; `overloaded` where too much waits; `unavailable` where nothing
  /// was done, since there is no connection, or it was lost under a command that only reads; `deadline_exceeded` where
  /// a command waited past its deadline, or only reads; `outcome_unknown` where a command that may write was sent and
  /// its answer did not come, or not in time; `too_large` for a command, or the answer to one that only reads.
  Task<Result<Reply>> run(const Context& context, const Command& command);
  /// The same for several, sent beside each other in one round trip; each has its own answer, in their order. One
  /// failing does not keep the others from being done. More than options.queue_max are `overloaded`, always.
  Task<std::vector<Result<Reply>>> run_all(const Context& context, std::span<const Command> commands);

  /// The connection of now, or nothing.
  std::optional<Connected> connected() const;
  /// Why commands cannot be asked at this moment, or nothing.
  std::optional<std::string> unready_reason() const;

 private:
  explicit Client(std::unique_ptr<Engine> engine);

  std::unique_ptr<Engine> engine_;
};

}  // namespace banyan::redis
