#include "banyan/adapters/sqlite/reader.hpp"

#include <optional>

#include "banyan/adapters/sqlite/dialect.hpp"
#include "banyan/adapters/sqlite/errors.hpp"
#include "banyan/adapters/sqlite/interruptible.hpp"
#include "banyan/adapters/sqlite/page_reader.hpp"
#include "banyan/sql/batch.hpp"
#include "banyan/sql/statements.hpp"

namespace banyan::sqlite {
namespace {

/// A read transaction of its own, where it begins.
class ReadTransaction {
 public:
  ReadTransaction(Statement& begin, Statement& commit) : commit_(commit) {
    const Use use(begin);
    begun_ = begin.step() == SQLITE_DONE;
  }
  ReadTransaction(const ReadTransaction&) = delete;
  ReadTransaction& operator=(const ReadTransaction&) = delete;
  ~ReadTransaction() {
    if (!begun_) return;
    const Use use(commit_);
    commit_.step();
  }
  explicit operator bool() const noexcept { return begun_; }

 private:
  Statement& commit_;
  bool begun_ = false;
};

}  // namespace

Result<void> Reader::open() {
  auto connection = Connection::open(settings_);
  if (!connection) return fail(std::move(connection.error()));
  opened_ = std::make_unique<Opened>(std::move(*connection));
  opened_->finds.resize(schema_.collections.size());
  // Without them a snapshot that has begun could not be ended.
  auto begin = opened_->connection.prepare("BEGIN");
  auto commit = opened_->connection.prepare("COMMIT");
  if (!begin || !commit) {
    opened_.reset();
    return fail(std::move((begin ? commit : begin).error()));
  }
  opened_->begin = std::move(*begin);
  opened_->commit = std::move(*commit);
  return {};
}

Result<Statement*> Reader::find_statement(const Collection& collection) {
  if (opened_ == nullptr) {
    if (auto done = open(); !done) return fail(std::move(done.error()));
  }
  Statement& statement = opened_->finds[collection.index];
  if (!statement) {
    auto made = opened_->connection.prepare(sql::select_by_id(dialect, collection));
    if (!made) return fail(std::move(made.error()));
    statement = std::move(*made);
  }
  return &statement;
}

Result<void> Reader::prepare(const Collection& collection) {
  auto statement = find_statement(collection);
  if (!statement) return fail(std::move(statement.error()));
  return {};
}

bool Reader::run(Statement& statement) {
  const Use use(statement);
  return statement.step() == SQLITE_DONE;
}

bool Reader::keep_snapshot(std::uint64_t commits) {
  if (opened_ == nullptr) return false;
  if (opened_->in_snapshot) {
    if (opened_->snapshot_commits == commits) return false;
    run(opened_->commit);
  }
  const bool had_snapshot = opened_->in_snapshot;
  opened_->in_snapshot = run(opened_->begin);
  opened_->snapshot_commits = commits;
  return opened_->in_snapshot && !had_snapshot;
}

void Reader::end_snapshot() {
  if (opened_ == nullptr || !opened_->in_snapshot) return;
  run(opened_->commit);
  opened_->in_snapshot = false;
}

Result<Record> Reader::find(const RecordKey& key) {
  auto statement = find_statement(*key.collection);
  if (!statement) return fail(std::move(statement.error()));
  const Use use(**statement);
  (*statement)->bind(1, key.id);
  const int rc = (*statement)->step();
  if (rc == SQLITE_ROW) {
    Result<Record> record(std::in_place);
    if (!read_record(**statement, *key.collection, *record)) return fail(sql::damaged_record(*key.collection));
    return record;
  }
  if (rc == SQLITE_DONE) return fail(ErrorCode::not_found, "there is no " + to_string(key));
  return fail(error_from(opened_->connection.get(), rc));
}

Result<RecordPage> Reader::list(const Context& context, const Query& query) {
  if (opened_ == nullptr) {
    if (auto done = open(); !done) return fail(std::move(done.error()));
  }
  std::optional<ReadTransaction> transaction;
  if (!query.embeds.empty() || query.counted != Counted::no) {
    transaction.emplace(opened_->begin, opened_->commit);
    if (!*transaction)
      return fail(error_from(opened_->connection.get(), sqlite3_extended_errcode(opened_->connection.get())));
  }
  const Interruptible interruptible(opened_->connection, context);  // never while the transaction ends
  return PageReader(schema_, opened_->connection, opened_->lists, page_bytes_max_).read(query);
}

}  // namespace banyan::sqlite
