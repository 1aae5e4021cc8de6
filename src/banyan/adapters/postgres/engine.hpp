#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>

#include "banyan/adapters/postgres/agreement.hpp"
#include "banyan/adapters/postgres/finds.hpp"
#include "banyan/adapters/postgres/listener.hpp"
#include "banyan/adapters/postgres/lists.hpp"
#include "banyan/adapters/postgres/shared_writes.hpp"
#include "banyan/adapters/postgres/transaction.hpp"
#include "banyan/base/turn_inbox.hpp"

namespace banyan::postgres {

/// The thread that talks to the server, and all that lives on it.
/// Thread safety: submit(), unready_reason() from any thread after start(); the rest from one.
class Engine {
 public:
  /// `changed` may be empty: then nobody is told of changes, and nobody listens.
  Engine(const Options& options, const Parts& parts, std::optional<sql::DatabaseShape> shape,
         Listener::Changed changed);
  ~Engine();

  /// Returns when it is ready, or has failed to be for some seconds; it goes on trying then.
  void start();
  /// Refuses what comes, finishes what there is (within some seconds), ends.
  void stop();

  /// On the thread of the request's executor. `unavailable` before start() and after stop().
  template <typename Request>
  void submit(Request& request) {
    const Asked asked = &request;
    if (!inbox_->submit(request.context.executor, {&asked, 1})) request.deliver(fail(stopping_error()));
  }

  std::optional<std::string> unready_reason() const;

 private:
  using Asked = std::variant<FindRequest*, ListRequest*, WriteRequest*, AgreementRequest*>;

  void drain();
  void take(FindRequest* request);
  void take(ListRequest* request);
  void take(WriteRequest* request);
  void take(AgreementRequest* request);
  Task<void> serve_alone(Session& session, WriteRequest* request);
  void tick();
  void note_readiness();
  bool idle() const;
  void close();

  const Options& options_;
  const Parts& parts_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::steady_timer timer_;
  StoreMetrics metrics_;
  std::optional<sql::DatabaseShape> shape_;
  PostgresDialect dialect_;
  Statements statements_;
  Connector connector_;
  SessionPool::Parts pool_parts_;
  WriteStatements write_statements_;
  Finds finds_;
  Lists lists_;
  Desk<WriteRequest> alone_;
  SharedWrites shared_;
  Agreement agreement_;
  std::unique_ptr<Listener> listener_;

  std::shared_ptr<TurnInbox<Asked>> inbox_;
  bool stopping_ = false;
  SteadyTime stop_by_;
  mutable std::mutex readiness_mutex_;
  std::string unready_;
  std::condition_variable ready_;
  std::thread thread_;
};

}  // namespace banyan::postgres
