#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <list>
#include <memory>
#include <optional>
#include <thread>
#include <variant>
#include <vector>

#include "banyan/adapters/postgres/progress.hpp"
#include "banyan/adapters/postgres/replica.hpp"
#include "banyan/base/turn_inbox.hpp"

namespace banyan::postgres {

/// The standbys of a primary, and the thread that talks to them. It watches them and the primary, and gives each read
/// to the one that is least behind among those that have replayed what the reader has seen; where none has yet, one
/// that is about to is waited for a moment. A read that no replica answers is `unavailable`: then it is the primary's.
///
/// Taken out, until it mends: what does not answer, is no standby, follows another timeline than the primary, or is
/// more than options.max_lag behind. While the primary cannot be asked, what was last known of it counts.
/// Thread safety: submit(), any_used() from any thread after start(); the rest from one.
class Replicas {
 public:
  Replicas(const Options& options, const Parts& parts, std::optional<sql::DatabaseShape> shape);
  ~Replicas();

  void start();
  /// Refuses what comes, finishes what there is (within some seconds), ends.
  void stop();

  /// On the thread of the request's executor. `unavailable` before start() and after stop().
  template <typename Request>
  void submit(Request& request) {
    const Read read = &request;
    if (!inbox_->submit(request.context.executor, {&read, 1})) request.deliver(fail(stopping_error()));
  }
  /// Whether it is of any use to ask.
  bool any_used() const noexcept { return any_used_.load(std::memory_order_relaxed); }
  /// For whoever asks, to count in.
  SourceMetrics& sources() noexcept { return sources_; }

 private:
  using Read = std::variant<FindRequest*, ListRequest*>;
  struct Waiting {
    Read read;
    SteadyTime give_up_at;
  };
  struct Member {
    std::unique_ptr<Replica> replica;
    std::optional<Position> standing;  ///< Nothing: it is not used.
    Duration behind{};                 ///< How long the primary has been further.
    SteadyTime hopeless_until{};       ///< It was waited for in vain.
    std::string trouble;               ///< The reason that the log has for not using it; empty while it is used.
  };

  void drain();
  void route(Read read);
  Member* best(const Position& wanted);
  bool worth_waiting(const Position& wanted) const;
  static void give(Read read, Member& member);
  void serve_waiting();
  void give_up_waiting(SteadyTime now);
  void take_primary(const std::optional<Extent>& extent);
  void judge();
  void judge(Member& member);
  void tell(Member& member, const std::string& trouble);
  void tick();
  void set_timer();
  bool idle() const;
  void close();

  Options options_;
  const Parts& parts_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::steady_timer timer_;
  StoreMetrics metrics_;
  SourceMetrics sources_;
  std::optional<sql::DatabaseShape> shape_;
  PostgresDialect dialect_;
  Statements statements_;
  Connector connector_;  ///< To the primary.
  Watch primary_;
  Position of_primary_;  ///< As it was last known.
  Progress progress_;
  std::vector<Member> members_;
  std::list<Waiting> waiting_;
  std::size_t turn_ = 0;  ///< Whose turn it is among equals.
  std::atomic<bool> any_used_ = false;

  std::shared_ptr<TurnInbox<Read>> inbox_;
  bool stopping_ = false;
  SteadyTime stop_by_;
  std::thread thread_;
};

}  // namespace banyan::postgres
