#pragma once

#include "banyan/adapters/postgres/commit.hpp"
#include "banyan/adapters/postgres/desk.hpp"
#include "banyan/adapters/postgres/requests.hpp"
#include "banyan/adapters/postgres/store_metrics.hpp"
#include "banyan/adapters/postgres/write_statements.hpp"

namespace banyan::postgres {

/// Small writes of many requests in one transaction, so that they share its wait for the disk. There is one such
/// transaction at a time: what comes meanwhile shares the next. When any statement of it fails, all is rolled back and
/// each request goes on to a transaction of its own, as do those that need more than one statement can do.
/// Thread safety: none; it belongs to the thread of the store.
class SharedWrites {
 public:
  SharedWrites(SessionPool::Parts parts, const Options& options, WriteStatements& statements, Desk<WriteRequest>& alone,
               StoreMetrics& metrics);

  Desk<WriteRequest>& desk() noexcept { return desk_; }
  const Desk<WriteRequest>& desk() const noexcept { return desk_; }

  /// Whether the batch is one write that one statement does, without a look at other records.
  bool fits(const WriteBatch& batch) const;

 private:
  using Batch = Desk<WriteRequest>::Batch;
  /// What became of a request of the shared transaction.
  struct Outcome {
    WriteRequest* request;
    std::optional<Changed> changed = std::nullopt;
  };

  Task<void> serve(Session& session, Batch batch);
  /// The outcomes, one a request; nothing when the transaction failed.
  Task<std::optional<std::vector<Outcome>>> write(Session& session, const Batch& batch);
  Task<CommitOutcome> commit(Session& session, const std::vector<Outcome>& outcomes);
  Task<void> roll_back(Session& session);
  void send_alone(const Batch& batch);
  void deliver(std::vector<Outcome> outcomes, const CommitOutcome& committed);

  const Clock& clock_;
  const Options& options_;
  WriteStatements& statements_;
  Desk<WriteRequest>& alone_;
  StoreMetrics& metrics_;
  Desk<WriteRequest> desk_;
};

}  // namespace banyan::postgres
