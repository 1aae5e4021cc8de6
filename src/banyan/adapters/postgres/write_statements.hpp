#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "banyan/adapters/postgres/dialect.hpp"
#include "banyan/adapters/postgres/positions.hpp"
#include "banyan/adapters/postgres/session.hpp"
#include "banyan/core/record_store.hpp"
#include "banyan/sql/batch.hpp"
#include "banyan/sql/composer.hpp"

namespace banyan::postgres {

/// What a write did by itself.
struct Written {
  std::vector<Changed> changes;
  bool refused = false;  ///< It has changed a record in a way that a check does not let it.
};

/// The statements of writes, and what they answer. Thread safety: none; it belongs to the thread of the store.
class WriteStatements {
 public:
  struct Settings {
    bool notifies = false;   ///< Changes are told to every instance that listens.
    bool positions = false;  ///< What comes after a commit is asked along.
  };
  WriteStatements(const Schema& schema, const PostgresDialect& dialect, Statements& statements, Settings settings);

  /// Adds what makes the write, all but what a deletion does to other records: as many statements as answers_of() says;
  /// or nothing, and says why. Where `skips_conflicts`, a create that collides with another record makes nothing and
  /// fails not. Of matches, those `among` these ids alone, where they are given.
  std::optional<Error> add(Session& session, const Write& write, UnixMicros now, bool skips_conflicts,
                           const std::vector<Value>* among = nullptr);
  static std::size_t answers_of(const Write& write) noexcept;
  /// What those answers say. No change where no record was met, or the create collided.
  Result<Written> written(const Write& write, std::span<const ResultHandle> answers) const;
  /// What a statement of deletion answers: the records as they were, and the versions of their deletion.
  Result<std::vector<Changed>> removed(const Collection& collection, const PGresult* result) const;
  /// Records of the collection, each with its version.
  Result<std::vector<Changed>> changed(const Collection& collection, const PGresult* result) const;

  /// Ids of the collection.
  Result<std::vector<Value>> ids(const Collection& collection, const PGresult* result) const;

  /// Adds one of those.
  std::optional<Error> add(Session& session, const Result<sql::StatementText>& made) const;

  /// Tells the changes, in as few messages as they fit into; answers nothing of use. How many statements it added.
  std::size_t add_notifications(Session& session, std::span<const Changed> changes);

  /// Asks where the log and the use of the shared cache are; reading_after() takes the answers. How many statements it
  /// added.
  std::size_t add_after_commit(Session& session);
  /// How far the log is, of what was seen and not kept.
  Measure measure() const;

  const Schema& schema() const noexcept { return schema_; }
  /// For a statement of any other kind.
  sql::Composer composer() const { return sql::Composer(dialect_, schema_); }
  /// What refers to records of the collection.
  const std::vector<sql::Incoming>& incoming(const Collection& collection) const { return incoming_[collection.index]; }

 private:
  void add_create(Session& session, const Write& write, UnixMicros now, bool skips_conflicts);
  void add_lift(Session& session, const Write& write);
  std::string& key(const char* kind, const Collection& collection);

  const Schema& schema_;
  const PostgresDialect& dialect_;
  Statements& statements_;
  Settings settings_;
  std::vector<std::vector<sql::Incoming>> incoming_;
  std::string key_;
};

/// The version in the result's only row, or nothing.
std::optional<Version> version_in(const PGresult* result);
bool succeeded(const PGresult* result) noexcept;
/// Why the write has met no record, or must not: by what look_text() answers, or nothing where that was not asked.
std::optional<Error> missed(const Write& write, const PGresult* looked);

/// The channel that changes are told on; a message is lines of `table version id`, or `table *`.
inline constexpr const char* channel = "banyan";

}  // namespace banyan::postgres
