#include "banyan/adapters/sqlite/reader.hpp"

#include "banyan/adapters/sqlite/dialect.hpp"
#include "banyan/adapters/sqlite/errors.hpp"
#include "banyan/sql/batch.hpp"
#include "banyan/sql/pages.hpp"
#include "banyan/sql/statements.hpp"

namespace banyan::sqlite {
namespace {

/// Steps of SQLite's machine between two looks at the deadline: some tens of microseconds.
constexpr int steps_between_looks = 2000;

/// Has a connection look at the deadline now and then as long as it lives.
class Interruptible {
 public:
  Interruptible(Connection& connection, const Context& context) : connection_(connection) {
    // SQLite takes a pointer to anything and hands it back as it is.
    void* argument = const_cast<Context*>(&context);  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    sqlite3_progress_handler(
        connection_.get(), steps_between_looks, [](void* given) { return has_expired(given) ? 1 : 0; }, argument);
    connection_.stop_check() = {.should_stop = has_expired, .argument = &context};
  }
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;
  ~Interruptible() {
    sqlite3_progress_handler(connection_.get(), 0, nullptr, nullptr);
    connection_.stop_check() = {};
  }

 private:
  static bool has_expired(const void* context) { return static_cast<const Context*>(context)->expired(); }

  Connection& connection_;
};

std::size_t text_bytes(const Record& record) {
  std::size_t bytes = 0;
  for (const Value& value : record.values) {
    if (const auto* text = std::get_if<std::string>(&value)) bytes += text->size();
  }
  return bytes;
}

Error page_too_large(std::size_t bytes_max) {
  return Error(ErrorCode::too_large, "the page would hold more than " + std::to_string(bytes_max) + " bytes")
      .with_reason("page_too_large")
      .with_hint("ask for fewer records with limit");
}

/// SQLite's parser has a stack of 100 symbols, and its expressions a depth of 1000.
bool is_too_deep(const Error& error) {
  return error.detail.starts_with("parser stack overflow") || error.detail.starts_with("Expression tree is too large");
}

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
    auto made = opened_->connection.prepare(sql::select_by_id(SqliteDialect(), collection));
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
  auto page = sql::select_page(SqliteDialect(), schema_, query);
  if (!page) return fail(std::move(page.error()));
  auto statement = opened_->lists.get(page->text, [&] { return std::string_view(page->text); });
  if (!statement && is_too_deep(statement.error())) {
    return fail(Error(ErrorCode::too_large, "the filter is nested too deep").with_hint("write it with fewer brackets"));
  }
  if (!statement) return fail(std::move(statement.error()));

  const Interruptible interruptible(opened_->connection, context);
  const Use use(**statement);
  int number = 0;
  for (const sql::Operand& operand : page->operands) (*statement)->bind(++number, *operand.value);
  RecordPage result;
  std::size_t bytes = 0;
  int rc = SQLITE_OK;
  while ((rc = (*statement)->step()) == SQLITE_ROW) {
    Record& record = result.records.emplace_back();
    if (!read_record(**statement, *query.collection, record)) return fail(sql::damaged_record(*query.collection));
    bytes += text_bytes(record);
    if (bytes > page_bytes_max_) return fail(page_too_large(page_bytes_max_));
  }
  if (rc != SQLITE_DONE) return fail(error_from(opened_->connection.get(), rc));
  return result;
}

}  // namespace banyan::sqlite
