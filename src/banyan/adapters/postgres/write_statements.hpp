#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "banyan/adapters/postgres/dialect.hpp"
#include "banyan/adapters/postgres/session.hpp"
#include "banyan/core/record_store.hpp"
#include "banyan/sql/batch.hpp"

namespace banyan::postgres {

/// The statements of writes, and what they answer. Thread safety: none; it belongs to the thread of the store.
class WriteStatements {
 public:
  /// With `notifies`, changes are told to every instance that listens.
  WriteStatements(const Schema& schema, const PostgresDialect& dialect, Statements& statements, bool notifies);

  /// Adds what makes the write, all but what a deletion does to other records: as many statements as answers_of() says.
  /// Where `skips_conflicts`, a create that collides with another record makes nothing and fails not.
  void add(Session& session, const Write& write, UnixMicros now, bool skips_conflicts);
  static std::size_t answers_of(const Write& write) noexcept;
  /// What those answers say; nothing where no record was met, or the create collided.
  Result<std::optional<Changed>> changed(const Write& write, std::span<const ResultHandle> answers) const;

  /// Answer the version of the record, if there is one; `locked` keeps others from changing it until the end.
  void add_select_version(Session& session, const RecordKey& key, bool locked);
  /// Answers the ids of at most that many records that refer to the one with this id, and locks them.
  void add_lock_referring(Session& session, const sql::Incoming& from, const Value& id, std::size_t rows_max);
  /// Answer one row if there is such a record.
  void add_select_referring(Session& session, const sql::Incoming& from, const Value& id);
  void add_select_naming(Session& session, const sql::Check& check);

  /// Tells the changes, in as few messages as they fit into; answers nothing of use. How many statements it added.
  std::size_t add_notifications(Session& session, std::span<const Changed> changes);

  const Schema& schema() const noexcept { return schema_; }
  const std::vector<sql::Incoming>& incoming(const Collection& collection) const { return incoming_[collection.index]; }

 private:
  void add_create(Session& session, const Write& write, UnixMicros now, bool skips_conflicts);
  void add_update(Session& session, const Write& write, UnixMicros now);
  void add_remove(Session& session, const Write& write, UnixMicros now);
  std::string& key(const char* kind, const Collection& collection);

  const Schema& schema_;
  const PostgresDialect& dialect_;
  Statements& statements_;
  bool notifies_;
  std::vector<std::vector<sql::Incoming>> incoming_;
  std::string key_;
};

/// The version in the result's only row, or nothing.
std::optional<Version> version_in(const PGresult* result);
bool succeeded(const PGresult* result) noexcept;

/// The channel that changes are told on; a message is lines of `table version id`, or `table *`.
inline constexpr const char* channel = "banyan";

}  // namespace banyan::postgres
