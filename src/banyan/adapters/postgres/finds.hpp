#pragma once

#include <list>

#include "banyan/adapters/postgres/desk.hpp"
#include "banyan/adapters/postgres/dialect.hpp"
#include "banyan/adapters/postgres/positions.hpp"
#include "banyan/adapters/postgres/requests.hpp"

namespace banyan::postgres {

/// Finds of many requests under one sync: one message there and one back, one transaction in the server, one statement
/// for all that look in the same collection. When a statement fails the server leaves out the rest, which are asked
/// again; where it may have failed at one record, so are those that shared it, each with a statement of its own. On a
/// replica none is asked again: what fails there, or is not there yet, is `unavailable` and for the primary to answer.
/// Thread safety: none; it belongs to the thread of the store.
class Finds {
 public:
  Finds(SessionPool::Parts parts, const Options& options, const PostgresDialect& dialect, Statements& statements,
        Gauge& waiting, Histogram& latency, Measured measured);

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

  /// Finds that one statement answers.
  struct Group {
    struct Wanted {
      std::size_t begin;  ///< Of the id, in `ids`.
      std::size_t length;
      std::size_t place;  ///< Of the request, in its batch.
    };
    const Collection* collection;
    bool alone;
    std::string ids;             ///< An array, as PostgreSQL reads it.
    std::vector<Wanted> wanted;  ///< By the text of the id.

    void add(const Value& id, std::size_t place);
    void sort();
    std::string_view id_of(const Wanted& one) const { return std::string_view(ids).substr(one.begin, one.length); }
  };

  static std::vector<Group> groups_of(const Batch& batch);
  Task<void> serve(Session& session, Batch given);
  const Statement& statement(const Collection& collection);
  void answer(Batch& batch, const Group& group, const PGresult* result, Session& session, Deliveries& deliveries);
  /// Tells the requests how far the database was; those that are further, or where it has not said, are not answered.
  void note(Batch& batch, const std::optional<Extent>& extent, Deliveries& deliveries);
  static void deliver_rows(Batch& batch, const Group& group, const PGresult* result, Deliveries& deliveries);
  static void deliver(Batch& batch, const Group::Wanted& one, Result<Record> record, Deliveries& deliveries);
  void ask_again(Batch& batch, const Group& group, const Error& error, Deliveries& deliveries);

  const Clock& clock_;
  const PostgresDialect& dialect_;
  Statements& statements_;
  Histogram& latency_;
  Measured measured_;
  std::list<UnderWay> under_way_;
  std::string key_;
  Desk<FindRequest> desk_;
};

}  // namespace banyan::postgres
