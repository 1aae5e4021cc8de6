#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "banyan/adapters/sqlite/connection.hpp"
#include "banyan/adapters/sqlite/graves.hpp"
#include "banyan/adapters/sqlite/options.hpp"
#include "banyan/adapters/sqlite/statement_cache.hpp"
#include "banyan/adapters/sqlite/ties.hpp"
#include "banyan/base/clock.hpp"
#include "banyan/base/context.hpp"
#include "banyan/core/record_store.hpp"
#include "banyan/sql/batch.hpp"
#include "banyan/sql/operands.hpp"

namespace banyan::sqlite {

/// Executes the writes of requests inside a transaction that somebody else begins and commits.
///
/// Cascades run with each write; references are checked at the end of the batch, so that its writes may come in any
/// order. The foreign keys of the tables are deferred for that, and SQLite's count of what is left open tells whether
/// anything needs a closer look.
/// Thread safety: that of the connection.
class Applier {
 public:
  Applier(const Schema& schema, const Clock& clock, Connection& connection, const Options& options);

  /// All of the batch or, after an error, none of it: the transaction is as it was before. After an error for which
  /// `broken()` holds, the transaction as a whole is lost.
  /// Interrupted when the context expires before what a filter matches is known.
  Result<Applied> apply(const Context& context, const WriteBatch& batch);

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
  Result<Applied> keep_graves(Result<Applied> applied);
  Result<Applied> apply_all(const WriteBatch& batch);
  using Changes = std::vector<Changed>;
  /// Appends what the write itself changes to `changes`, and what that causes to `caused`.
  Result<void> apply_one(const Write& write, Changes& changes, Changes& caused);
  Result<void> keep(Changes& changes, Changed changed);
  Version first_version(const Write& write) const;
  Result<Changed> create(const Write& write);
  Result<Changed> update(const Write& write);
  /// Sets the fields in the record, which the transaction has so.
  Result<Changed> change(Record record, const Collection& collection, std::span<const FieldChange> changes);
  Result<Changed> remove(const Write& write);
  /// The record as the transaction has it; not_found, or internal where it holds what its collection does not allow.
  /// What is in the fields that are going to be replaced may be anything: this is how a damaged record is mended.
  Result<Record> stored(const RecordKey& key, std::span<const FieldChange> replaced);
  /// Why a deletion met no row.
  Error missing(const Write& write);
  /// Reads a row of a deletion: the record as it was, where it can be read, and the version of the deletion.
  Changed deletion_in(Statement& statement, const Collection& collection);

  // In applier_matches.cpp.
  Result<void> update_matches(const Write& write, Changes& changes);
  Result<void> remove_matches(const Write& write, Changes& changes);
  Result<void> upsert(const Write& write, Changes& changes);
  /// The record that an upsert meets.
  Result<std::optional<Value>> met(const Write& write);
  /// The ids of what the write's filter matches, ascending.
  Result<std::vector<Value>> meant(const Write& write);
  Result<void> read_again(const Collection& collection, const Value& ids, std::span<Changed> changes);
  /// Else access_denied.
  Result<void> demand(const Filter& filter, const RecordKey& key);
  Result<void> demand_of_all(const Filter& filter, const Collection& collection, const Value& ids);
  Result<bool> answers_row(const sql::StatementText& text, const Collection& collection, const Value& first);
  Result<Statement*> worded(const std::string& text, const Collection& collection);
  /// Binds the operands of filters behind the first `before` parameters.
  static void bind(Statement& statement, int before, const sql::Operands& operands);

  // In cascades.cpp.
  /// Does to others what these deletions cause, a statement for all that refer to them by one reference.
  Result<void> cascade(const Collection& collection, std::vector<Value> ids, Changes& caused);
  struct Gone {
    const Collection* collection;
    std::vector<Value> ids;
  };
  Result<void> follow(const Gone& gone, OnDelete action, std::vector<Gone>& deleted, Changes& caused);
  Result<std::vector<Value>> remove_referring(const sql::Incoming& from, const Value& ids, Changes& caused);
  Result<void> clear_referring(const sql::Incoming& from, const Value& ids, Changes& caused);
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
  std::size_t bytes_max_;
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
  const Context* context_ = nullptr;
  UnixMicros now_ = 0;
  Graves new_graves_;
  std::size_t write_ = 0;
  std::size_t opened_by_ = 0;  ///< The write that left references open, if they are.
  std::vector<sql::Check> checks_;
  std::size_t bytes_ = 0;     ///< Of the texts of what was changed.
  std::size_t cascaded_ = 0;  ///< Records touched beside those that the request names.
  bool broken_ = false;
};

}  // namespace banyan::sqlite
