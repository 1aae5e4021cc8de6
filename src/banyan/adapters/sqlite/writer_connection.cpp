#include "banyan/adapters/sqlite/writer_connection.hpp"

#include "banyan/adapters/sqlite/errors.hpp"

namespace banyan::sqlite {

Result<void> WriterConnection::open() {
  if (opened_ != nullptr) return {};
  auto connection = Connection::open(settings_);
  if (!connection) return fail(std::move(connection.error()));
  reopened_ = true;
  return open(std::move(*connection));
}

Result<void> WriterConnection::open(Connection connection) {
  opened_ = std::make_unique<Opened>(std::move(connection), schema_, clock_, options_);
  auto done = prepare();
  if (!done) opened_.reset();
  return done;
}

Result<void> WriterConnection::prepare() {
  Connection& connection = opened_->connection;
  auto done = connection.execute("PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON");
  if (!done) return done;
  const std::string limit = "PRAGMA journal_size_limit = " + std::to_string(options_.checkpoint_bytes);
  if (done = connection.execute(limit.c_str()); !done) return done;
  // Takes the place of SQLite's own checkpoints, which would run inside a commit that somebody waits for.
  sqlite3_wal_hook(
      connection.get(),
      [](void* pages, sqlite3*, const char*, int count) {
        *static_cast<std::size_t*>(pages) = static_cast<std::size_t>(count);
        return SQLITE_OK;
      },
      &opened_->wal_pages);
  struct Wanted {
    Statement& statement;
    const char* text;
  };
  for (const Wanted& wanted :
       {Wanted{opened_->begin, "BEGIN IMMEDIATE"}, Wanted{opened_->commit, "COMMIT"},
        Wanted{opened_->rollback, "ROLLBACK"}, Wanted{opened_->data_version, "PRAGMA data_version"}}) {
    auto made = connection.prepare(wanted.text);
    if (!made) return fail(std::move(made.error()));
    wanted.statement = std::move(*made);
  }
  auto page_bytes = connection.query_integer("PRAGMA page_size");
  if (!page_bytes) return fail(std::move(page_bytes.error()));
  opened_->page_bytes = static_cast<std::size_t>(*page_bytes);
  if (!reopened_) {
    if (auto first = changed_by_others(); !first) return fail(std::move(first.error()));
  }
  return {};
}

Result<void> WriterConnection::run(Statement& statement) {
  const Use use(statement);
  const int rc = statement.step();
  if (rc == SQLITE_DONE) return {};
  return fail(error_from(opened_->connection.get(), rc));
}

Result<void> WriterConnection::begin() {
  if (auto done = open(); !done) return done;
  return run(opened_->begin);
}

Result<void> WriterConnection::commit() {
  const Use use(opened_->commit);
  const int rc = opened_->commit.step();
  if (rc == SQLITE_DONE) {
    if (wal_bytes() < options_.checkpoint_bytes) checkpoint_pages_ = 0;  // the log has started over
    return {};
  }
  Error error = error_from(opened_->connection.get(), rc);
  if ((rc & 0xFF) == SQLITE_IOERR || error.code == ErrorCode::unavailable) {
    // The device failed while it was made to keep the commit: a crash now might still find it there, also where the
    // cause was a full device, which some tell only when they are made to keep what they took.
    error.code = ErrorCode::outcome_unknown;
    error.message = "the device failed during the commit: the write may or may not have been kept";
    error.hint = "read the record before writing it again";
  }
  return fail(std::move(error));
}

void WriterConnection::rollback() {
  if (opened_ == nullptr || !opened_->connection.in_transaction()) return;
  const auto done = run(opened_->rollback);
  if (opened_->connection.in_transaction()) opened_.reset();
}

Result<bool> WriterConnection::changed_by_others() {
  if (auto done = open(); !done) return fail(std::move(done.error()));
  const Use use(opened_->data_version);
  const int rc = opened_->data_version.step();
  if (rc != SQLITE_ROW) return fail(error_from(opened_->connection.get(), rc));
  const std::int64_t version = opened_->data_version.integer(0);
  const bool changed = reopened_ || version != opened_->last_data_version;
  reopened_ = false;
  opened_->last_data_version = version;
  if (changed) opened_->applier.look_again();
  return changed;
}

Result<void> WriterConnection::probe() {
  if (auto done = begin(); !done) return done;
  auto done = opened_->connection.execute(
      "INSERT INTO \"_banyan\" (\"key\", \"value\") VALUES ('probe', datetime()) "
      "ON CONFLICT (\"key\") DO UPDATE SET \"value\" = excluded.\"value\"");
  if (done) done = commit();
  if (!done) rollback();
  return done;
}

bool WriterConnection::checkpoint_is_due() const noexcept {
  return opened_ != nullptr && wal_bytes() >= options_.checkpoint_bytes && opened_->wal_pages >= checkpoint_pages_;
}

void WriterConnection::checkpoint(Checkpointer& checkpointer, bool wait_for_readers) {
  const bool moved = checkpointer.move_log(opened_->connection, wait_for_readers);
  // Where a reader keeps the log from starting over, the next try waits until it has grown by as much again.
  const std::size_t step_pages = options_.checkpoint_bytes / opened_->page_bytes;
  checkpoint_pages_ = moved ? 0 : opened_->wal_pages + step_pages;
}

void WriterConnection::close() {
  if (opened_ == nullptr) return;
  sqlite3_wal_checkpoint_v2(opened_->connection.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  opened_.reset();
}

}  // namespace banyan::sqlite
