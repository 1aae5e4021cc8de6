#pragma once

#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "banyan/adapters/postgres/options.hpp"
#include "banyan/adapters/postgres/reference_texts.hpp"
#include "banyan/adapters/postgres/store_metrics.hpp"
#include "banyan/adapters/postgres/write_statements.hpp"

namespace banyan::postgres {

/// One batch in a transaction of its own, with cascades, and references checked at its end.
///
/// A deletion with consequences locks the records first, then what refers to them, level by level, and deletes from the
/// leaves up: tables that others made may check their foreign keys at once, or cascade on their own, unseen by caches.
/// Statements are about all records of a level and a collection, so their number does not grow with those.
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
  /// How far the database was after the commit, or with what a rehearsal met, where that is asked.
  const Position& reached() const noexcept { return reached_; }

 private:
  using Failure = std::optional<Error>;
  /// Records of one collection, by their ids.
  struct Group {
    const Collection* collection;
    std::vector<Value> ids;
  };

  Task<Failure> write_all();
  /// Writes from `first` on that need no look at other records, in one exchange.
  Task<Failure> write_simple(std::size_t first, std::size_t count);
  std::size_t simple_from(std::size_t first) const;
  Failure take(const Write& write, Written written, const PGresult* looked);
  /// As what one write has changed itself.
  Failure keep(std::vector<Changed> changes);
  /// An upsert, see merges_apart().
  Task<Failure> merge(const Write& write);
  /// What its check says of what the write has done, asked after it.
  Task<Failure> check_late(const Write& write);
  Failure take_check(const Write& write, const PGresult* result, std::size_t records);
  Task<std::optional<Result<Applied>>> conclude();
  Task<Result<Position>> ask_how_far();
  /// What was added, after BEGIN where nothing was before; the first that failed is what this answers then.
  Task<Result<Results>> ask(const Collection& collection);
  Failure failure_of(const PGresult* result, const Collection& collection);

  const std::vector<Value>* among() const noexcept { return among_ ? &*among_ : nullptr; }

  // In cascades.cpp.
  Task<Failure> remove(const Write& write);
  Task<Result<std::vector<Value>>> lock(const Write& write);
  Task<Result<std::vector<Value>>> lock_matches(const Write& write);
  Task<Failure> look_for_referring(std::vector<std::vector<Group>>& levels);
  Task<Failure> take_referring(const std::vector<const sql::Incoming*>& asked, const Results& results,
                               std::unordered_set<std::string>& known, std::vector<Group>& next);
  Task<Failure> take_cleared(const std::vector<const sql::Incoming*>& from);
  Task<Failure> remove_all(const std::vector<std::vector<Group>>& levels);
  void add_checks(const Write& write, const std::vector<Changed>& changes);
  Task<Failure> check_references();
  Task<Failure> find_broken_reference();
  Task<Failure> check_reference(const ReferenceCheck& check);
  Task<Failure> check_restricted(const ReferenceCheck& check);

  Session& session_;
  WriteStatements& statements_;
  const WriteBatch& batch_;
  const Clock& clock_;
  const Options& options_;
  StoreMetrics& metrics_;
  UnixMicros now_ = 0;
  SteadyTime deadline_;
  bool begun_ = false;
  std::size_t write_ = 0;                    ///< The one that a failure is about.
  std::optional<std::vector<Value>> among_;  ///< Of the write under way: locked already, and none but these is meant.
  std::size_t cascaded_ = 0;
  std::size_t bytes_ = 0;  ///< Of the texts of what was changed.
  std::vector<ReferenceCheck> checks_;
  Applied applied_;
  Position reached_;
  std::vector<Changed> caused_;
  bool may_be_retried_ = false;
  Error reason_{ErrorCode::unavailable, "the transaction came to nothing"};
};

}  // namespace banyan::postgres
