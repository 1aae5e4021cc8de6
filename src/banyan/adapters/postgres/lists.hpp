#pragma once

#include "banyan/adapters/postgres/desk.hpp"
#include "banyan/adapters/postgres/dialect.hpp"
#include "banyan/adapters/postgres/requests.hpp"

namespace banyan::postgres {

/// Pages, each on a session that it has to itself: a slow one keeps nobody waiting, and the server ends it at its
/// deadline. Thread safety: none; it belongs to the thread of the store.
class Lists {
 public:
  Lists(SessionPool::Parts parts, const Options& options, const Schema& schema, const PostgresDialect& dialect,
        Statements& statements, Gauge& waiting, Histogram& latency);

  Desk<ListRequest>& desk() noexcept { return desk_; }
  const Desk<ListRequest>& desk() const noexcept { return desk_; }

 private:
  Task<void> serve(Session& session, ListRequest* request);
  /// Nothing where it has to be asked again.
  Task<std::optional<Result<RecordPage>>> ask(Session& session, ListRequest& request);
  Result<RecordPage> page_of(const PGresult* result, const Collection& collection) const;

  const Clock& clock_;
  const Schema& schema_;
  const Options& options_;
  const PostgresDialect& dialect_;
  Statements& statements_;
  Histogram& latency_;
  Desk<ListRequest> desk_;
};

/// Doubles the backslash that ends a pattern alone: PostgreSQL refuses one that escapes nothing, docs/values.md takes
/// it for itself.
void mend_patterns(Filter& filter);

}  // namespace banyan::postgres
