#pragma once

#include <span>

#include "banyan/adapters/postgres/desk.hpp"
#include "banyan/adapters/postgres/requests.hpp"
#include "banyan/core/cache_use.hpp"

namespace banyan::postgres {

/// The row on which instances agree, `_banyan_cache_use`; it is made with the schema, where positions are kept.
extern const char* const make_cache_use;

/// Asks in an exchange what the row says and how far the log is; after a COMMIT in it, on purpose. How many statements
/// it added, whose answers reading_after() takes.
std::size_t add_reading(Session& session, Statements& statements);
/// `unavailable` from a server that cannot write any more.
Result<CacheAgreement::Reading> reading_after(Session& session, std::span<const ResultHandle> answers);

/// Reads and changes the row on a session of its own: instances live by what they hear of it, so it waits behind
/// nothing. Thread safety: none; it belongs to the thread of the store.
class Agreement {
 public:
  Agreement(SessionPool::Parts parts, const Options& options, Statements& statements, Gauge& waiting);

  Desk<AgreementRequest>& desk() noexcept { return desk_; }
  const Desk<AgreementRequest>& desk() const noexcept { return desk_; }

 private:
  Task<void> serve(Session& session, AgreementRequest* request);
  Task<Result<CacheAgreement::Reading>> ask(Session& session, const AgreementRequest& request);
  /// How many statements it added.
  std::size_t add_change(Session& session, const AgreementRequest& request);

  const Clock& clock_;
  Statements& statements_;
  Desk<AgreementRequest> desk_;
};

}  // namespace banyan::postgres
