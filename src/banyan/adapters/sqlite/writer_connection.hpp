#pragma once

#include <memory>
#include <optional>

#include "banyan/adapters/sqlite/applier.hpp"
#include "banyan/adapters/sqlite/checkpointer.hpp"
#include "banyan/adapters/sqlite/connection.hpp"
#include "banyan/adapters/sqlite/options.hpp"

namespace banyan::sqlite {

/// The one connection that writes: transactions, and its own recovery. After an error of the database as a whole it
/// rolls back, and where even that fails it opens the file anew before the next transaction.
/// Thread safety: one thread at a time.
class WriterConnection {
 public:
  WriterConnection(const Schema& schema, const Clock& clock, const Options& options, ConnectionSettings settings)
      : schema_(schema), clock_(clock), options_(options), settings_(std::move(settings)) {}

  /// Opens the connection, or takes one that is open already, and prepares it.
  Result<void> open();
  Result<void> open(Connection connection);

  Result<void> begin();
  /// `broken()` says afterwards whether the transaction as a whole is lost; it must then be rolled back.
  Result<Applied> apply(const Context& context, const WriteBatch& batch) {
    return opened_->applier.apply(context, batch);
  }
  bool broken() const noexcept { return opened_->applier.broken(); }
  /// On disk when it succeeds. When it fails nothing was done, or the error is outcome_unknown.
  Result<void> commit();
  void rollback();

  /// Whether another program changed the database since the last call.
  Result<bool> changed_by_others();
  /// Writes a note and commits it: whether the database takes writes again.
  Result<void> probe();
  bool checkpoint_is_due() const noexcept;
  /// Moves what the write-ahead log holds into the database, as far as no reader needs it.
  void checkpoint(Checkpointer& checkpointer, bool wait_for_readers);
  std::size_t wal_bytes() const noexcept { return opened_ ? opened_->wal_pages * opened_->page_bytes : 0; }
  /// Empties the log and closes.
  void close();

 private:
  struct Opened {
    Opened(Connection made, const Schema& schema, const Clock& clock, const Options& options)
        : connection(std::move(made)), applier(schema, clock, connection, options) {}
    Connection connection;
    Applier applier;
    Statement begin;
    Statement commit;
    Statement rollback;
    Statement data_version;
    std::int64_t last_data_version = 0;
    std::size_t wal_pages = 0;
    std::size_t page_bytes = 4096;
  };

  Result<void> prepare();
  Result<void> run(Statement& statement);

  const Schema& schema_;
  const Clock& clock_;
  const Options& options_;
  ConnectionSettings settings_;
  std::unique_ptr<Opened> opened_;
  std::size_t checkpoint_pages_ = 0;  ///< Length of the log at which the next checkpoint is due; 0: as the options say.
  bool reopened_ = false;             ///< What others did in between is not known.
};

}  // namespace banyan::sqlite
