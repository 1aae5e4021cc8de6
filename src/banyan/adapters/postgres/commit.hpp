#pragma once

#include <optional>
#include <span>

#include "banyan/adapters/postgres/options.hpp"
#include "banyan/adapters/postgres/session.hpp"
#include "banyan/adapters/postgres/store_metrics.hpp"
#include "banyan/adapters/postgres/write_statements.hpp"

namespace banyan::postgres {

/// How an attempt to commit ended.
struct CommitOutcome {
  enum class Kind : unsigned char {
    kept,
    undone,     ///< Nothing was changed; the same may succeed when it is tried again.
    forbidden,  ///< Nothing was changed: a constraint that is checked at the end does not hold.
    unknown,    ///< The connection broke on the way, or the server did not say.
  };
  Kind kind = Kind::undone;
  Error reason{ErrorCode::unavailable, "the transaction came to nothing"};
  // After the commit, where positions are kept:
  Position reached = {};
  std::optional<CacheUse> cache_use = std::nullopt;
};

/// Tells the changes, commits the session's transaction, and asks how far the log is then and whether the shared cache
/// is in use, where positions are kept. Where the server is silent, the outcome is unknown at
/// `answer_by`, or some moments from now if that is later.
Task<CommitOutcome> commit(Session& session, WriteStatements& statements, std::span<const Changed> changes,
                           const Clock& clock, SteadyTime answer_by, StoreMetrics& metrics);

/// Ends the session's transaction, if it still can.
Task<void> roll_back(Session& session, const Clock& clock);

}  // namespace banyan::postgres
