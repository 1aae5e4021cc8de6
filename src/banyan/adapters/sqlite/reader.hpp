#pragma once

#include <memory>
#include <vector>

#include "banyan/adapters/sqlite/connection.hpp"
#include "banyan/adapters/sqlite/statement_cache.hpp"
#include "banyan/core/record_store.hpp"

namespace banyan::sqlite {

/// One connection that reads, opened when first used. Thread safety: one thread at a time.
class Reader {
 public:
  /// `page_bytes_max` bounds the texts that a list answers.
  Reader(const Schema& schema, ConnectionSettings settings, std::size_t page_bytes_max = 0)
      : schema_(schema), settings_(std::move(settings)), page_bytes_max_(page_bytes_max) {}

  /// Opens the connection and prepares a find.
  Result<void> prepare(const Collection& collection);
  Result<Record> find(const RecordKey& key);
  /// Keeps the snapshot of the finds that follow, which saves each of them two locks on the file. `commits` counts
  /// this process's commits: a snapshot that was begun at another count is given up first, so that no find misses a
  /// write that was acknowledged before it. True when a snapshot has begun: end_snapshot() must follow soon, for it
  /// keeps the write-ahead log from starting over.
  bool keep_snapshot(std::uint64_t commits);
  void end_snapshot();
  void close() { opened_.reset(); }
  /// Interrupted with deadline_exceeded when the context expires; too_large when the page has too many bytes.
  Result<RecordPage> list(const Context& context, const Query& query);

 private:
  struct Opened {
    explicit Opened(Connection made) : connection(std::move(made)), lists(connection, 64) {}
    Connection connection;
    std::vector<Statement> finds;  ///< By collection; made when first used.
    Statement begin;
    Statement commit;
    std::uint64_t snapshot_commits = 0;
    bool in_snapshot = false;
    StatementCache lists;
  };

  Result<void> open();
  bool run(Statement& statement);
  Result<Statement*> find_statement(const Collection& collection);

  const Schema& schema_;
  ConnectionSettings settings_;
  std::size_t page_bytes_max_;
  std::unique_ptr<Opened> opened_;
};

}  // namespace banyan::sqlite
