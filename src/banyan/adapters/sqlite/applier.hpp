#pragma once

#include <span>
#include <string>
#include <vector>

#include "banyan/adapters/sqlite/connection.hpp"
#include "banyan/adapters/sqlite/graves.hpp"
#include "banyan/adapters/sqlite/statement_cache.hpp"
#include "banyan/adapters/sqlite/ties.hpp"
#include "banyan/base/clock.hpp"
#include "banyan/core/record_store.hpp"
#include "banyan/sql/batch.hpp"

namespace banyan::sqlite {

/// Executes the writes of requests inside a transaction that somebody else begins and commits.
///
/// Cascades run with each write; references are checked at the end of the batch, so that its writes may come in any
/// order. The foreign keys of the tables are deferred for that, and SQLite's count of what is left open tells whether
/// anything needs a closer look.
/// Thread safety: that of the connection.
class Applier {
 public:
  Applier(const Schema& schema, const Clock& clock, Connection& connection, std::size_t cascade_rows_max);

  /// All of the batch or, after an error, none of it: the transaction is as it was before. After an error for which
  /// `broken()` holds, the transaction as a whole is lost.
  Result<Applied> apply(const WriteBatch& batch);

  /// Another program may have changed the tables: look at their foreign keys again before the next batch.
  void look_again() noexcept { ties_are_known_ = false; }

  /// Whether the latest apply() met an error of the whole database.
  bool broken() const noexcept { return broken_; }

 private:
  /// What is known of a collection before any request comes.
  struct Plan {
    Statement insert;
    Statement find;
    std::vector<sql::Incoming> incoming;
  };

  bool needs_savepoint(const WriteBatch& batch) const;
  Result<void> know_ties();
  Result<Applied> apply_all(const WriteBatch& batch);
  Result<Changed> apply_one(const Write& write, std::vector<Changed>& caused);
  Version first_version(const Write& write) const;
  Result<Changed> create(const Write& write);
  Result<Changed> update(const Write& write);
  Result<Changed> remove(const Write& write);
  /// The record as the transaction has it; not_found, or internal where it holds what its collection does not allow.
  /// What is in the fields that are going to be replaced may be anything: this is how a damaged record is mended.
  Result<Record> stored(const RecordKey& key, std::span<const FieldChange> replaced);
  /// Why a deletion met no row.
  Error missing(const Write& write);

  // In cascades.cpp.
  Result<void> cascade(const RecordKey& key, std::vector<Changed>& caused);
  Result<void> remove_referring(const sql::Incoming& from, const Value& id, std::vector<RecordKey>& deleted,
                                std::vector<Changed>& caused);
  Result<void> clear_referring(const sql::Incoming& from, const Value& id, std::vector<Changed>& caused);
  /// Nothing, or the first check that fails. `write` is then the place of the write that it is about.
  Result<void> check_all(const WriteBatch& batch, std::size_t& write);
  Result<void> check_reference(const sql::Check& check);
  Result<void> check_restricted(const RecordKey& gone);
  Result<bool> exists(const RecordKey& key);
  bool references_are_open() const;
  void note_deletion(const RecordKey& key, Version version);

  Result<void> run(const char* text, Statement& statement);
  /// Prepares the statement where nobody has.
  Result<void> plan(Statement& statement, const Collection& collection, std::string (*text)(const Collection&));
  /// The cached statement of that kind; `detail` tells those of one kind and collection apart.
  template <typename Text>
  Result<Statement*> statement(char kind, const Collection& collection, std::size_t detail, Text&& text) {
    key_.assign(1, kind);
    append_place(collection.index);
    append_place(detail);
    return prepared(collection, std::forward<Text>(text));
  }
  /// The cached statement of key_.
  template <typename Text>
  Result<Statement*> prepared(const Collection& collection, Text&& text) {
    auto found = statements_.get(key_, std::forward<Text>(text));
    if (!found) return fail(failure(sqlite3_extended_errcode(connection_.get()), collection));
    return found;
  }
  void append_place(std::size_t place);
  Error failure(int rc, const Collection& collection);

  const Schema& schema_;
  const Clock& clock_;
  Connection& connection_;
  std::size_t cascade_rows_max_;
  std::vector<Plan> plans_;  ///< By collection.
  std::vector<Ties> ties_;   ///< By collection.
  bool ties_are_known_ = false;
  StatementCache statements_;
  Statement savepoint_;
  Statement release_;
  Statement rollback_to_;
  std::string key_;  ///< Of statements_, built anew for each look.
  Graves graves_;
  // Of the batch that is being applied:
  UnixMicros now_ = 0;
  std::size_t write_ = 0;
  std::size_t opened_by_ = 0;  ///< The write that left references open, if they are.
  std::vector<sql::Check> checks_;
  std::size_t cascaded_ = 0;  ///< Records touched beside those that the request names.
  bool broken_ = false;
};

}  // namespace banyan::sqlite
