#include "banyan/adapters/postgres/bulk.hpp"

#include <algorithm>
#include <charconv>
#include <thread>

#include "banyan/adapters/postgres/connection.hpp"
#include "banyan/adapters/postgres/dialect.hpp"
#include "banyan/adapters/postgres/errors.hpp"
#include "banyan/adapters/postgres/keeper.hpp"
#include "banyan/adapters/postgres/rows.hpp"
#include "banyan/adapters/postgres/schema_reader.hpp"
#include "banyan/base/numbers.hpp"
#include "banyan/sql/batch.hpp"
#include "banyan/sql/pages.hpp"
#include "banyan/sql/schema_differences.hpp"
#include "banyan/sql/statements.hpp"

namespace banyan::postgres {
namespace {

/// Of the identity column or serial of the table; no rows where it has neither.
Result<std::optional<std::string>> sequence_of(Connection& connection, const Collection& collection) {
  auto found = connection.query("SELECT pg_get_serial_sequence(quote_ident($1), $2)",
                                std::vector<Value>{collection.name, collection.fields.front().name});
  if (!found) return fail(std::move(found.error()));
  if (is_null(found->get(), 0, 0)) return std::optional<std::string>();
  return std::optional(std::string(text(found->get(), 0, 0)));
}

std::int64_t integer_in(const ResultHandle& result) {
  return parse_whole<std::int64_t>(text(result.get(), 0, 0)).value_or(0);
}

/// One copy at a time into a database. The server may still be at the last records of one that was killed: it ends with
/// its session, and with that its lock.
Result<void> take_turn(Connection& connection) {
  constexpr const char* lock_key = "108170552795503";
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (true) {
    auto taken = connection.query(std::string("SELECT pg_try_advisory_lock(") + lock_key + ")");
    if (!taken) return fail(std::move(taken.error()));
    if (text(taken->get(), 0, 0) == "t") return {};
    if (std::chrono::steady_clock::now() > until)
      return fail(Error(ErrorCode::unavailable, "another copy into this database is under way")
                      .with_hint("wait until it is done, or end it"));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

class Source final : public BulkSource {
 public:
  Source(std::string identity, Connection connection, sql::DatabaseShape shape)
      : identity_(std::move(identity)),
        connection_(std::move(connection)),
        shape_(std::move(shape)),
        dialect_(&shape_) {}

  std::string identity() const override { return identity_; }

  Result<std::vector<Record>> read(const Collection& collection, const std::optional<Value>& after,
                                   std::uint32_t count) override {
    Query query{.collection = &collection, .limit = count};
    if (after) query.filter = Filter::compare(0, CompareOp::gt, {*after});
    const Schema no_references;  // are followed
    const auto page = sql::select_page(dialect_, no_references, query);
    if (!page) return fail(page.error());
    std::vector<Value> parameters;
    for (const sql::Operand& operand : page->operands) parameters.push_back(*operand.value);
    auto result = connection_.query(page->text, parameters);
    if (!result) return fail(std::move(result.error()));
    std::vector<Record> records(static_cast<std::size_t>(PQntuples(result->get())));
    for (std::size_t row = 0; row < records.size(); ++row)
      if (const int at = static_cast<int>(row); !read_record(result->get(), at, collection, records[row]))
        return fail(damaged_record(result->get(), at, collection));
    return records;
  }

  Result<std::uint64_t> count(const Collection& collection) override {
    auto counted = connection_.query("SELECT count(*) FROM " + sql::quoted(collection.name));
    if (!counted) return fail(std::move(counted.error()));
    return static_cast<std::uint64_t>(integer_in(*counted));
  }

  Result<std::int64_t> last_id(const Collection& collection) override {
    auto sequence = sequence_of(connection_, collection);
    if (!sequence) return fail(std::move(sequence.error()));
    const std::string text =
        *sequence ? "SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM " + **sequence
                  : "SELECT coalesce(max(" + sql::quoted(collection.fields.front().name) + "), 0) FROM " +
                        sql::quoted(collection.name);
    auto found = connection_.query(text);
    if (!found) return fail(std::move(found.error()));
    return integer_in(*found);
  }

 private:
  std::string identity_;
  Connection connection_;
  sql::DatabaseShape shape_;
  PostgresDialect dialect_;
};

/// One value of COPY's text format: https://www.postgresql.org/docs/15/sql-copy.html
void append_copied(std::string& out, const Value& value) {
  if (banyan::is_null(value)) {
    out += "\\N";
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    for (const char c : *text) {
      switch (c) {
        case '\\': out += "\\\\"; break;
        case '\t': out += "\\t"; break;
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        default: out += c;
      }
    }
  } else if (const auto* flag = std::get_if<bool>(&value)) {
    out += *flag ? 't' : 'f';
  } else {
    char digits[32];
    char* const end = std::holds_alternative<double>(value)
                          ? std::to_chars(digits, digits + sizeof digits, std::get<double>(value)).ptr
                          : std::to_chars(digits, digits + sizeof digits, std::get<std::int64_t>(value)).ptr;
    out.append(digits, end);
  }
}

class Sink final : public BulkSink {
 public:
  Sink(Options options, Connection connection, const Schema& schema, const Clock& clock)
      : options_(std::move(options)),
        schema_(schema),
        connection_(std::move(connection)),
        keeper_(schema, clock, connection_) {}

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
    if (*begun) return drop_keys();
    for (const Collection& collection : schema_.collections) {
      auto rows = PostgresProbe(connection_).has_rows(collection.name);
      if (!rows) return fail(std::move(rows.error()));
      if (*rows)
        return fail(Error(ErrorCode::invalid, "the target is not empty: table " + collection.name + " has records")
                        .with_hint("copy into an empty database"));
    }
    auto noted = connection_.query("INSERT INTO \"_banyan\" (\"key\", \"value\") VALUES ($1, $2)",
                                   std::vector<Value>{std::string(sql::copy_note), source});
    if (!noted) return fail(std::move(noted.error()));
    return drop_keys();
  }

  Result<std::optional<Value>> last_record(const Collection& collection) override {
    const Field& id = collection.fields.front();
    auto found = connection_.query("SELECT " + sql::quoted(id.name) + " FROM " + sql::quoted(collection.name) +
                                   " ORDER BY 1 DESC LIMIT 1");
    if (!found) return fail(std::move(found.error()));
    if (PQntuples(found->get()) == 0) return std::optional<Value>();
    Value value;
    if (!read_value(found->get(), 0, 0, id, value)) return fail(sql::damaged_record(collection));
    return std::optional(std::move(value));
  }

  Result<void> write(const Collection& collection, const std::vector<Record>& records) override {
    std::string columns;
    sql::append_columns(columns, collection);
    const ResultHandle begun(
        PQexec(connection_.get(), ("COPY " + sql::quoted(collection.name) + " (" + columns + ") FROM STDIN").c_str()));
    if (PQresultStatus(begun.get()) != PGRES_COPY_IN) return fail(failure(begun.get()));
    constexpr std::size_t buffer_bytes = std::size_t{1} << 18;
    std::string lines;
    for (const Record& record : records) {
      for (const Value& value : record.values) {
        append_copied(lines, value);
        lines += '\t';
      }
      lines += std::to_string(record.version) += '\n';
      if (lines.size() < buffer_bytes) continue;
      if (auto sent = send(lines); !sent) return sent;
    }
    if (auto sent = send(lines); !sent) return sent;
    if (PQputCopyEnd(connection_.get(), nullptr) != 1) return fail(connection_error(connection_.get()));
    Result<void> done;
    while (const ResultHandle result{PQgetResult(connection_.get())})
      if (done && PQresultStatus(result.get()) != PGRES_COMMAND_OK) done = fail(failure(result.get()));
    return done;
  }

  Result<void> set_last_id(const Collection& collection, std::int64_t id) override {
    auto sequence = sequence_of(connection_, collection);
    if (!sequence) return fail(std::move(sequence.error()));
    if (!*sequence) return {};
    // A sequence that has given nothing stands before its first number.
    auto set = connection_.query("SELECT setval($1::regclass, $2, $3)",
                                 std::vector<Value>{**sequence, std::max<std::int64_t>(id, 1), id >= 1});
    if (!set) return fail(std::move(set.error()));
    return {};
  }

  Result<void> finish() override {
    auto shape = read_shape(connection_);
    if (!shape) return fail(std::move(shape.error()));
    for (const Collection& collection : schema_.collections) {
      const sql::TableShape* const table = shape->find_table(collection.name);
      for (const Field& field : collection.fields) {
        if (field.type != FieldType::reference || table == nullptr) continue;
        const auto& keys = table->foreign_keys;
        if (std::ranges::find(keys, field.name, &sql::ForeignKeyShape::column) != keys.end()) continue;
        if (auto done = connection_.execute(sql::add_reference(schema_, collection, field)); !done) {
          done.error().message = "records of " + collection.name + " name records of " + field.reference_to +
                                 " that are not there: " + done.error().message;
          return done;
        }
      }
    }
    return connection_.execute("ANALYZE");
  }

  Result<void> release() override {
    auto forgotten = connection_.query("DELETE FROM \"_banyan\" WHERE \"key\" = $1",
                                       std::vector<Value>{std::string(sql::copy_note)});
    if (!forgotten) return fail(std::move(forgotten.error()));
    return {};
  }

  Result<std::unique_ptr<BulkSource>> read_back() override { return open_source(options_, schema_); }

 private:
  Result<void> send(std::string& lines) {
    const bool sent = PQputCopyData(connection_.get(), lines.data(), static_cast<int>(lines.size())) == 1;
    lines.clear();
    if (!sent) return fail(connection_error(connection_.get()));
    return {};
  }

  Error failure(const PGresult* result) const {
    return PQstatus(connection_.get()) == CONNECTION_OK ? error_from(result) : connection_error(connection_.get());
  }

  /// Records of one collection name others that come later. finish() makes the keys again.
  Result<void> drop_keys() {
    auto keys = connection_.query(
        "SELECT format('ALTER TABLE %I DROP CONSTRAINT %I', c.relname, k.conname), c.relname FROM pg_constraint k JOIN "
        "pg_class c ON c.oid = k.conrelid WHERE c.relnamespace = current_schema()::regnamespace AND k.contype = 'f'");
    if (!keys) return fail(std::move(keys.error()));
    for (int row = 0; row < PQntuples(keys->get()); ++row) {
      if (schema_.find(text(keys->get(), row, 1)) == nullptr) continue;
      if (auto done = connection_.execute(std::string(text(keys->get(), row, 0))); !done) return done;
    }
    return {};
  }

  Options options_;
  const Schema& schema_;
  Connection connection_;
  Keeper keeper_;
};

}  // namespace

Result<std::unique_ptr<BulkSource>> open_source(Options options, const Schema&) {
  options.statement_timeout = std::chrono::hours(24);
  auto connection = Connection::open(options, "copy");
  if (!connection) return fail(std::move(connection.error()));
  // That no transaction may be idle for long is for servers.
  if (auto done = connection->execute("SET idle_in_transaction_session_timeout = 0; BEGIN ISOLATION LEVEL REPEATABLE "
                                      "READ READ ONLY");
      !done)
    return fail(std::move(done.error()));
  auto shape = read_shape(*connection);
  if (!shape) return fail(std::move(shape.error()));
  return std::make_unique<Source>("postgres://" + describe(options.url), std::move(*connection), std::move(*shape));
}

Result<std::unique_ptr<BulkSink>> open_sink(Options options, const Schema& schema, const Clock& clock) {
  options.statement_timeout = std::chrono::hours(24);
  auto connection = Connection::open(options, "copy");
  if (!connection) return fail(std::move(connection.error()));
  if (auto done = take_turn(*connection); !done) return fail(std::move(done.error()));
  return std::make_unique<Sink>(std::move(options), std::move(*connection), schema, clock);
}

}  // namespace banyan::postgres
