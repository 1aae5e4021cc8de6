#pragma once

#include <list>

#include "banyan/adapters/postgres/desk.hpp"
#include "banyan/adapters/postgres/dialect.hpp"
#include "banyan/adapters/postgres/requests.hpp"

namespace banyan::postgres {

/// Finds of many requests under one sync: one message there and one back, one transaction in the server. When one of
/// them fails the server leaves out the rest, which are asked again.
/// Thread safety: none; it belongs to the thread of the store.
class Finds {
 public:
  Finds(SessionPool::Parts parts, const Options& options, const PostgresDialect& dialect, Statements& statements,
        Gauge& waiting, Histogram& latency);

  Desk<FindRequest>& desk() noexcept { return desk_; }
  const Desk<FindRequest>& desk() const noexcept { return desk_; }
  /// Answers those whose time is up, also where the database owes the answer still.
  void look_at_time(SteadyTime now);
  /// How long the server has owed the oldest answer.
  Duration silence(SteadyTime now) const;

 private:
  using Batch = Desk<FindRequest>::Batch;
  struct UnderWay {
    SteadyTime began;
    Batch requests;  ///< Null where one has been answered already.
  };

  Task<void> serve(Session& session, Batch given);
  const Statement& statement(const Collection& collection);
  void answer(FindRequest* request, const PGresult* result, Session& session, Deliveries& deliveries);
  void ask_again(FindRequest* request, Error error, Deliveries& deliveries);

  const Clock& clock_;
  const PostgresDialect& dialect_;
  Statements& statements_;
  Histogram& latency_;
  std::list<UnderWay> under_way_;
  std::string key_;
  Desk<FindRequest> desk_;
};

}  // namespace banyan::postgres
