#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "banyan/core/record.hpp"
#include "banyan/core/schema_plan.hpp"

namespace banyan {

/// One end of a copy of whole collections: a database that is read as it was at one moment.
/// Blocks; for tools. Thread safety: one thread at a time.
class BulkSource {
 public:
  virtual ~BulkSource() = default;

  /// Which database it is, without passwords: what a copy that goes on later is recognised by.
  virtual std::string identity() const = 0;
  /// The first `count` records whose ids come after that one, in the order of ids; fewer at the end.
  virtual Result<std::vector<Record>> read(const Collection& collection, const std::optional<Value>& after,
                                           std::uint32_t count) = 0;
  virtual Result<std::uint64_t> count(const Collection& collection) = 0;
  /// The last integer id that was given, whether or not its record is still there.
  virtual Result<std::int64_t> last_id(const Collection& collection) = 0;
};

/// The other end: a database that is filled. Thread safety: one thread at a time.
class BulkSink {
 public:
  virtual ~BulkSink() = default;

  /// The database's tables; make them before begin().
  virtual SchemaKeeper& keeper() = 0;
  /// The source of a copy that was begun and not finished.
  virtual Result<std::optional<std::string>> under_way() = 0;
  /// Goes on with the copy that is under way, or begins one. Foreign keys are not looked at until finish(). Errors:
  /// `invalid` when there are records that no such copy has made.
  virtual Result<void> begin(const std::string& source) = 0;
  /// The last id in the order of ids, or nothing: where a copy goes on.
  virtual Result<std::optional<Value>> last_record(const Collection& collection) = 0;
  /// Keeps all of the records with their versions, or none; they are there when it returns.
  virtual Result<void> write(const Collection& collection, const std::vector<Record>& records) = 0;
  virtual Result<void> set_last_id(const Collection& collection, std::int64_t id) = 0;
  /// Looks at the foreign keys, from now on too. The copy stays under way, so that it can be looked at.
  virtual Result<void> finish() = 0;
  /// Forgets that a copy was under way: the database may be served.
  virtual Result<void> release() = 0;
  /// The same database as a source, as it is now.
  virtual Result<std::unique_ptr<BulkSource>> read_back() = 0;
};

}  // namespace banyan
