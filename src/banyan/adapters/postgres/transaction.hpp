#pragma once

#include <optional>
#include <vector>

#include "banyan/adapters/postgres/options.hpp"
#include "banyan/adapters/postgres/store_metrics.hpp"
#include "banyan/adapters/postgres/write_statements.hpp"

namespace banyan::postgres {

/// One batch in a transaction of its own, with cascades, and references checked at its end.
///
/// A deletion with consequences locks the record first, then what refers to it, level by level, and deletes from the
/// leaves up: tables that others made may check their foreign keys at once, or cascade on their own, unseen by caches.
/// Use once. Thread safety: none; it belongs to the thread of the store.
class Transaction {
 public:
  Transaction(Session& session, WriteStatements& statements, const WriteBatch& batch, const Clock& clock,
              const Options& options, StoreMetrics& metrics);

  /// All of the batch or none of it. Nothing when it came to nothing through no fault of the batch's, and may be tried
  /// again; reason() says why.
  /// Until COMMIT is sent it ends at the deadline, and has done nothing then.
  Task<std::optional<Result<Applied>>> run(SteadyTime deadline);
  const Error& reason() const noexcept { return reason_; }

 private:
  using Failure = std::optional<Error>;

  Task<Failure> write_all();
  /// Writes from `first` on that need no look at other records, in one exchange; how many.
  Task<Failure> write_simple(std::size_t first, std::size_t count);
  std::size_t simple_from(std::size_t first) const;
  Task<Result<Results>> ask();
  Failure failure_of(const PGresult* result, const Collection& collection);

  // In cascades.cpp.
  Task<Failure> remove(const Write& write);
  Task<Failure> look_for_referring(std::vector<RecordKey>& deleted);
  Task<Failure> lock_referring(const sql::Incoming& from, const RecordKey& key, std::vector<RecordKey>& found);
  Task<Failure> clear(const sql::Incoming& from, const std::vector<RecordKey>& referring);
  Task<Failure> remove_all(const std::vector<RecordKey>& deleted);
  Task<Failure> check_references();
  Task<Failure> find_broken_reference();
  Task<Failure> check_reference(const sql::Check& check);
  Task<Failure> check_restricted(const RecordKey& gone);
  Task<Result<bool>> exists(const RecordKey& key);

  Session& session_;
  WriteStatements& statements_;
  const WriteBatch& batch_;
  const Clock& clock_;
  const Options& options_;
  StoreMetrics& metrics_;
  UnixMicros now_ = 0;
  SteadyTime deadline_;
  std::size_t write_ = 0;  ///< The one that a failure is about.
  std::size_t cascaded_ = 0;
  std::vector<sql::Check> checks_;
  std::vector<Changed> changes_;
  std::vector<Changed> caused_;
  bool may_be_retried_ = false;
  Error reason_{ErrorCode::unavailable, "the transaction came to nothing"};
};

}  // namespace banyan::postgres
