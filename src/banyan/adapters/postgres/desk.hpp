#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "banyan/adapters/postgres/session_pool.hpp"
#include "banyan/base/context.hpp"
#include "banyan/base/metrics.hpp"

namespace banyan::postgres {

/// How long a request waits for a database that cannot be reached.
inline constexpr std::chrono::milliseconds unreachable_patience{1'000};

/// Where requests of one kind wait for a session. They are served a batch a session; a request lives until it is
/// settled with deliver() of its own.
/// Thread safety: none; it belongs to the thread of the store.
template <typename Request>
class Desk {
 public:
  using Batch = std::vector<Request*>;
  /// Serves the batch to its end; the session may break on the way.
  using Serve = std::function<Task<void>(Session&, Batch)>;

  struct Settings {
    Purpose purpose;
    std::size_t sessions_max;
    std::size_t batch_max;
    std::size_t queue_max;
    bool stay_connected = false;  ///< Also while there is nothing to do.
  };

  Desk(SessionPool::Parts parts, Settings settings, Gauge& waiting, Serve serve)
      : clock_(parts.clock),
        settings_(settings),
        waiting_(waiting),
        serve_(std::move(serve)),
        pool_(parts, settings.purpose, settings.sessions_max, [this] { pump(); }) {}

  /// `overloaded` where too many wait.
  void submit(Request* request) {
    if (closed_) return request->deliver(fail(*closed_));
    if (request->context.expired())
      return request->deliver(fail(Error(ErrorCode::deadline_exceeded, "the request came past its deadline")));
    if (queue_.size() >= settings_.queue_max)
      return request->deliver(fail(Error(ErrorCode::overloaded, "too many requests wait for the database")));
    queue_.push_back(request);
  }
  /// One that has been served already and has to be again.
  void submit_again(Request* request) {
    if (closed_) return request->deliver(fail(*closed_));
    queue_.push_front(request);
  }

  /// Begins what there are sessions for.
  void pump() {
    // A batch that is served without a wait comes back here; one within the other, a long queue would fill the stack.
    if (std::exchange(pumping_, true)) return;
    if (queue_.empty() && settings_.stay_connected && !pool_.connected()) (void)pool_.take();
    while (!queue_.empty()) {
      std::shared_ptr<Session> session = pool_.take();
      if (!session) break;
      detach(serve(std::move(session), take_batch()));
    }
    waiting_.set(static_cast<std::int64_t>(queue_.size()));
    pumping_ = false;
  }

  void look_at_time(SteadyTime now) {
    pool_.look_at_time(now);
    const bool unreachable = !pool_.connected() && now - pool_.disconnected_since() > unreachable_patience;
    Batch expired;
    Batch stranded;
    std::erase_if(queue_, [&](Request* request) {
      if (request->context.expired()) return expired.push_back(request), true;
      if (unreachable && now - request->arrived > unreachable_patience) return stranded.push_back(request), true;
      return false;
    });
    for (Request* request : expired)
      request->deliver(fail(Error(ErrorCode::deadline_exceeded, "the request waited past its deadline")));
    for (Request* request : stranded) request->deliver(fail(unreachable_error()));
    pump();
  }

  /// Breaks the sessions and refuses whatever waits, now and later.
  void close(const Error& error) {
    pool_.close();
    for (Request* request : std::exchange(queue_, {})) request->deliver(fail(error));
    closed_ = error;
  }

  /// Breaks the sessions and refuses whatever waits now.
  void turn_away(const Error& error) {
    pool_.break_all(error);
    for (Request* request : std::exchange(queue_, {})) request->deliver(fail(error));
  }

  /// What waits, and the batches that are being served.
  std::size_t load() const noexcept { return queue_.size() + serving_; }
  bool idle() const noexcept { return queue_.empty() && serving_ == 0; }
  const SessionPool& pool() const noexcept { return pool_; }

 private:
  Batch take_batch() {
    const std::size_t count = std::min(queue_.size(), settings_.batch_max);
    Batch batch(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
    return batch;
  }

  Task<void> serve(std::shared_ptr<Session> session, Batch batch) {
    ++serving_;
    co_await serve_(*session, std::move(batch));
    --serving_;
    pool_.give_back(session);
    pump();
  }

  Error unreachable_error() const {
    return Error(ErrorCode::unavailable, "the database cannot be reached").with_detail(pool_.failure());
  }

  const Clock& clock_;
  Settings settings_;
  Gauge& waiting_;
  Serve serve_;
  SessionPool pool_;
  std::deque<Request*> queue_;
  std::size_t serving_ = 0;
  bool pumping_ = false;
  std::optional<Error> closed_;
};

}  // namespace banyan::postgres
