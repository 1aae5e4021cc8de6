#pragma once

#include "banyan/adapters/postgres/desk.hpp"
#include "banyan/adapters/postgres/page_read.hpp"
#include "banyan/adapters/postgres/requests.hpp"

namespace banyan::postgres {

/// Pages, each on a session that it has to itself: a slow one keeps nobody waiting, and the server ends it at its
/// deadline. On a replica none is asked again: what fails there, or is not there yet, is `unavailable` and for the
/// primary to answer. Thread safety: none; it belongs to the thread of the store.
class Lists {
 public:
  Lists(SessionPool::Parts parts, PageRead::Parts read_parts, Gauge& waiting);

  Desk<ListRequest>& desk() noexcept { return desk_; }
  const Desk<ListRequest>& desk() const noexcept { return desk_; }

 private:
  Task<void> serve(Session& session, ListRequest* request);
  /// Nothing where it has to be asked again.
  Task<std::optional<Result<RecordPage>>> ask(Session& session, ListRequest& request);

  PageRead::Parts parts_;
  Desk<ListRequest> desk_;
};

/// Doubles the backslash that ends a pattern alone: PostgreSQL refuses one that escapes nothing, docs/values.md takes
/// it for itself.
void mend_patterns(Filter& filter);
void mend_patterns(Query& query);

}  // namespace banyan::postgres
