#include "banyan/adapters/sqlite/bulk.hpp"

#include <algorithm>

#include "banyan/adapters/sqlite/database_file.hpp"
#include "banyan/adapters/sqlite/dialect.hpp"
#include "banyan/adapters/sqlite/errors.hpp"
#include "banyan/adapters/sqlite/keeper.hpp"
#include "banyan/adapters/sqlite/owner_lock.hpp"
#include "banyan/adapters/sqlite/schema_reader.hpp"
#include "banyan/sql/batch.hpp"
#include "banyan/sql/pages.hpp"
#include "banyan/sql/statements.hpp"

namespace banyan::sqlite {
namespace {

class Source final : public BulkSource {
 public:
  Source(std::string identity, Connection connection)
      : identity_(std::move(identity)), connection_(std::move(connection)) {}

  std::string identity() const override { return identity_; }

  Result<std::vector<Record>> read(const Collection& collection, const std::optional<Value>& after,
                                   std::uint32_t count) override {
    Query query{.collection = &collection, .limit = count};
    if (after) query.filter = Filter::compare(0, CompareOp::gt, {*after});
    const Schema no_references;  // are followed
    const auto page = sql::select_page(dialect, no_references, query);
    if (!page) return fail(page.error());
    auto statement = connection_.prepare(page->text);
    if (!statement) return fail(std::move(statement.error()));
    int number = 0;
    for (const sql::Operand& operand : page->operands) statement->bind(++number, *operand.value);
    std::vector<Record> records;
    int rc = SQLITE_OK;
    while ((rc = statement->step()) == SQLITE_ROW)
      if (!read_record(*statement, collection, records.emplace_back())) return fail(sql::damaged_record(collection));
    if (rc != SQLITE_DONE) return fail(error_from(connection_.get(), rc));
    return records;
  }

  Result<std::uint64_t> count(const Collection& collection) override {
    auto counted = connection_.query_integer("SELECT count(*) FROM " + sql::quoted(collection.name));
    if (!counted) return fail(std::move(counted.error()));
    return static_cast<std::uint64_t>(*counted);
  }

  Result<std::int64_t> last_id(const Collection& collection) override {
    return connection_.query_integer("SELECT seq FROM sqlite_sequence WHERE name = '" + collection.name + "'");
  }

 private:
  std::string identity_;
  Connection connection_;
};

class Sink final : public BulkSink {
 public:
  Sink(Options options, OwnerLock lock, Connection connection, Connection for_keeper, const Schema& schema,
       const Clock& clock)
      : options_(std::move(options)),
        lock_(std::move(lock)),
        schema_(schema),
        connection_(std::move(connection)),
        keeper_(schema, clock, std::move(for_keeper), true) {}

  SchemaKeeper& keeper() override { return keeper_; }

  Result<std::optional<std::string>> under_way() override {
    auto shape = read_shape(connection_);
    if (!shape) return fail(std::move(shape.error()));
    const auto note = shape->notes.find(sql::copy_note);
    return note == shape->notes.end() ? std::nullopt : std::optional(note->second);
  }

  Result<void> begin(const std::string& source) override {
    auto begun = under_way();
    if (!begun) return fail(std::move(begun.error()));
    if (*begun) return {};
    for (const Collection& collection : schema_.collections) {
      auto rows = SqliteProbe(connection_).has_rows(collection.name);
      if (!rows) return fail(std::move(rows.error()));
      if (*rows)
        return fail(Error(ErrorCode::invalid, "the target is not empty: table " + collection.name + " has records")
                        .with_hint("copy into a new file"));
    }
    return run("INSERT INTO \"_banyan\" (\"key\", \"value\") VALUES (?1, ?2)", {std::string(sql::copy_note), source});
  }

  Result<std::optional<Value>> last_record(const Collection& collection) override {
    const Field& id = collection.fields.front();
    auto statement = connection_.prepare("SELECT " + sql::quoted(id.name) + " FROM " + sql::quoted(collection.name) +
                                         " ORDER BY 1 DESC LIMIT 1");
    if (!statement) return fail(std::move(statement.error()));
    const int rc = statement->step();
    if (rc == SQLITE_DONE) return std::optional<Value>();
    if (rc != SQLITE_ROW) return fail(error_from(connection_.get(), rc));
    Value value;
    if (!read_value(*statement, 0, id.storage, value)) return fail(sql::damaged_record(collection));
    return std::optional(std::move(value));
  }

  Result<void> write(const Collection& collection, const std::vector<Record>& records) override {
    std::string columns;
    sql::append_columns(columns, collection);
    std::string places;
    for (std::size_t i = 1; i <= collection.fields.size() + 1; ++i) places += (i > 1 ? ", ?" : "?") + std::to_string(i);
    auto insert = connection_.prepare("INSERT INTO " + sql::quoted(collection.name) + " (" + columns + ") VALUES (" +
                                      places + ")");
    if (!insert) return fail(std::move(insert.error()));
    if (auto done = connection_.execute("BEGIN IMMEDIATE"); !done) return done;
    for (const Record& record : records) {
      const Use use(*insert);
      int number = 0;
      for (const Value& value : record.values) insert->bind(++number, value);
      insert->bind(++number, static_cast<std::int64_t>(record.version));
      if (const int rc = insert->step(); rc != SQLITE_DONE) {
        Error error = write_error(connection_.get(), rc, collection);
        (void)connection_.execute("ROLLBACK");
        return fail(std::move(error));
      }
    }
    return connection_.execute("COMMIT");
  }

  Result<void> set_last_id(const Collection& collection, std::int64_t id) override {
    if (auto done = run("DELETE FROM sqlite_sequence WHERE name = ?1", {collection.name}); !done) return done;
    return run("INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)", {collection.name, id});
  }

  Result<void> finish() override {
    auto broken = connection_.prepare("SELECT \"table\", rowid, parent FROM pragma_foreign_key_check LIMIT 1");
    if (!broken) return fail(std::move(broken.error()));
    const int rc = broken->step();
    if (rc == SQLITE_ROW) {
      return fail(Error(ErrorCode::reference_broken, "a record of " + std::string(broken->text(0)) +
                                                         " names a record of " + std::string(broken->text(2)) +
                                                         " that is not there"));
    }
    if (rc != SQLITE_DONE) return fail(error_from(connection_.get(), rc));
    return {};
  }

  Result<void> release() override {
    return run("DELETE FROM \"_banyan\" WHERE \"key\" = ?1", {std::string(sql::copy_note)});
  }

  Result<std::unique_ptr<BulkSource>> read_back() override { return open_source(options_); }

 private:
  Result<void> run(const char* text, const std::vector<Value>& parameters) {
    auto statement = connection_.prepare(text);
    if (!statement) return fail(std::move(statement.error()));
    int number = 0;
    for (const Value& value : parameters) statement->bind(++number, value);
    if (const int rc = statement->step(); rc != SQLITE_DONE) return fail(error_from(connection_.get(), rc));
    return {};
  }

  Options options_;
  OwnerLock lock_;
  const Schema& schema_;
  Connection connection_;
  Keeper keeper_;
};

}  // namespace

Result<std::unique_ptr<BulkSource>> open_source(Options options) {
  if (!std::filesystem::exists(options.file))
    return fail(Error(ErrorCode::invalid, "there is no file " + options.file.string()).with_hint("check --from"));
  auto connection = open_to_look(options);
  if (!connection) return fail(std::move(connection.error()));
  if (auto done = connection->execute("BEGIN"); !done) return fail(std::move(done.error()));
  return std::make_unique<Source>("sqlite:" + std::filesystem::weakly_canonical(options.file).string(),
                                  std::move(*connection));
}

Result<std::unique_ptr<BulkSink>> open_sink(Options options, const Schema& schema, const Clock& clock) {
  if (auto done = prepare_place(options); !done) return fail(std::move(done.error()));
  auto lock = OwnerLock::take(options.file);
  if (!lock) return fail(std::move(lock.error()));
  auto connection = open_database(options);
  if (!connection) return fail(std::move(connection.error()));
  auto for_keeper = open_database(options);
  if (!for_keeper) return fail(std::move(for_keeper.error()));
  // Records of one collection name others that come later; finish() looks at all of them.
  if (auto done = connection->execute("PRAGMA foreign_keys = OFF"); !done) return fail(std::move(done.error()));
  return std::make_unique<Sink>(std::move(options), std::move(*lock), std::move(*connection), std::move(*for_keeper),
                                schema, clock);
}

}  // namespace banyan::sqlite
