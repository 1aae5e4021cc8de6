#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "banyan/adapters/redis/admission.hpp"
#include "banyan/adapters/redis/client_metrics.hpp"
#include "banyan/adapters/redis/reconnector.hpp"
#include "banyan/adapters/redis/request.hpp"

namespace banyan::redis {

/// Commands of many callers on one connection, in the order in which they came: what waits goes out in one write.
///
/// An answer belongs to the oldest command that has none, so a command stays in the list of those owed when its caller
/// gives up: its answer is dropped when it comes. In a cluster it is at the node that has the keys, all of one slot,
/// and leaves one that says `MOVED`. Thread safety: none; it belongs to the thread of the client.
class Pipeline {
 public:
  struct Events {
    std::function<void(const Connected&)> on_connected;  ///< Before anything is sent on that connection.
    std::function<void()> on_lost;
    std::function<void()> on_known_down;
  };
  Pipeline(const Reconnector::Tools& tools, ClientMetrics& metrics, Admission& admission, Events events);

  void start() { reconnector_.start(); }
  /// Its place in `admission` is given back when it has left.
  void submit(Request* request);
  /// Sends what waits, where that is possible now.
  void flush();
  void look_at_time(SteadyTime now);
  /// Fails whatever is left, and ends the connection.
  void close(const Error& error);

  bool idle() const noexcept { return queue_.empty() && owed_.empty(); }
  const Reconnector& connection() const noexcept { return reconnector_; }

 private:
  enum class Kind : unsigned char { command, script, ping };
  /// What was sent and has no answer.
  struct Owed {
    Kind kind;
    SteadyTime sent_at;
    Request* request = nullptr;  ///< Of a command; null when its caller has given up.
    std::size_t bytes = 0;       ///< Of a command, counted in admission.
    std::string sha1 = {};       ///< Of a script.
  };

  void connected(const Connected& connection);
  void lost(const Error& error);
  void fail_queue(const Error& error);
  void append(Request* request, SteadyTime now, std::string& out);
  void append_script(const Script& script, SteadyTime now, std::string& out);
  void take(resp::Reply reply);
  void take_answer(const Owed& owed, resp::Reply reply);
  void take_script(const Owed& owed, const resp::Reply& reply);
  bool must_load_again(Request* request, resp::Reply& reply);
  void end_turn();
  void refuse(Request* request, Error error);
  void give_up_late();
  void ping_where_silent(SteadyTime now);

  const Options& options_;
  const Clock& clock_;
  ClientMetrics& metrics_;
  Admission& admission_;
  Events events_;
  std::deque<Request*> queue_;
  std::deque<Owed> owed_;
  std::vector<Request*> again_;             ///< In this turn, for want of their script.
  std::unordered_set<std::string> loaded_;  ///< Digests of the scripts that this connection has sent.
  std::unordered_map<std::string, resp::Reply> refused_scripts_;
  std::optional<Error> moved_;  ///< In this turn, since another node has the keys.
  Deliveries deliveries_;
  Reconnector reconnector_;
};

}  // namespace banyan::redis
