#include "banyan/adapters/postgres/saved_queries.hpp"

#include <algorithm>
#include <new>
#include <optional>

#include "banyan/adapters/postgres/connection.hpp"
#include "banyan/adapters/postgres/errors.hpp"
#include "banyan/adapters/postgres/positions.hpp"
#include "banyan/adapters/postgres/rows.hpp"

namespace banyan::postgres {
namespace {

constexpr std::size_t threads_max = 2;
constexpr std::size_t queue_max = 1024;
constexpr std::string_view writes_in_read_only = "25006";

std::vector<std::string> names_of(const PGresult* result) {
  std::vector<std::string> names;
  for (int i = 0; i < PQnfields(result); ++i) names.emplace_back(PQfname(result, i));
  return names;
}

// Of pg_type.dat; they never change.
enum Type : Oid {
  type_bool = 16,
  type_int8 = 20,
  type_int2 = 21,
  type_int4 = 23,
  type_oid = 26,
  type_float4 = 700,
  type_float8 = 701,
  type_numeric = 1700,
  type_timestamp = 1114,
  type_timestamptz = 1184,
};

bool may_be_whole(Oid type) {
  return type == type_int8 || type == type_int4 || type == type_int2 || type == type_oid || type == type_numeric;
}
bool is_number(Oid type) { return may_be_whole(type) || type == type_float4 || type == type_float8; }

// PostgreSQL answers everything as text, and most of it could be read as something else: `t`, or '5'.
bool may_hold(const Field& column, Oid type) {
  switch (column.storage) {
    case Field::Storage::boolean: return type == type_bool;
    case Field::Storage::integer: return may_be_whole(type);
    case Field::Storage::number: return is_number(type);
    case Field::Storage::text: return type != type_bool && !is_number(type);
  }
  return false;
}

bool read_column(const PGresult* result, int row, int place, const Field& column, Value& value) {
  const Oid type = PQftype(result, place);
  if (!is_null(result, row, place) && !may_hold(column, type)) return false;
  if (!read_value(result, row, place, column, value)) return false;
  auto* text = std::get_if<std::string>(&value);
  const bool is_time = column.type == FieldType::timestamp && (type == type_timestamp || type == type_timestamptz);
  return text == nullptr || is_time || column.type == FieldType::json || sql::make_canonical(column, *text);
}

/// Takes one row after another as they come, so that nothing past a bound is kept.
class RowReader {
 public:
  RowReader(const SavedQuery& query, std::size_t bytes_max) : query_(query), bytes_max_(bytes_max) {}

  Result<void> take(const PGresult* result) {
    if (!places_) {
      auto places = sql::match_columns(query_, names_of(result));
      if (!places) return fail(std::move(places.error()));
      places_ = std::move(*places);
    }
    for (int row = 0; row < PQntuples(result); ++row)
      if (auto taken = take_row(result, row); !taken) return taken;
    return {};
  }
  SavedRows rows() { return std::move(rows_); }

 private:
  Result<void> take_row(const PGresult* result, int row) {
    if (rows_.rows.size() >= saved_query_rows_max) return fail(sql::too_many_rows(query_));
    std::vector<Value>& values = rows_.rows.emplace_back(query_.columns.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!read_column(result, row, static_cast<int>((*places_)[i]), query_.columns[i], values[i]))
        return fail(sql::not_as_declared(query_, query_.columns[i]));
      if (const auto* text = std::get_if<std::string>(&values[i])) bytes_ += text->size();
    }
    if (bytes_ > bytes_max_) return fail(sql::too_many_bytes(query_, bytes_max_));
    return {};
  }

  const SavedQuery& query_;
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::optional<std::vector<std::size_t>> places_;
  SavedRows rows_;
};

Error failed(const SavedQuery& query, const PGresult* result) {
  if (sqlstate(result) == writes_in_read_only && !query.writes)
    return Error(ErrorCode::internal, "The saved query '" + query.name + "' went wrong.")
        .with_detail("query " + query.name + " writes, and does not say so: writes = true");
  Error error = query_error(result, query);
  if (error.code == ErrorCode::deadline_exceeded) error.message = "the query took longer than its deadline";
  return error;
}

// What begins here is no row, and goes on until somebody ends it: a copy, say. The connection is to be given up.
Error answered_otherwise(const SavedQuery& query, ExecStatusType status) {
  return Error(ErrorCode::internal, "The saved query '" + query.name + "' went wrong.")
      .with_detail("query " + query.name + ": PostgreSQL answers no rows, but its state " + std::to_string(status));
}

// Reads every answer to its end, so that the connection can be used again; unless it is to be given up.
Result<SavedRows> execute(PGconn* connection, const SavedQuery& query, const std::vector<Value>& arguments,
                          std::size_t bytes_max) {
  const sql::SavedStatement saved = sql::saved_statement(query, SqlDialect::postgres);
  Parameters parameters;
  for (const std::size_t place : saved.arguments) parameters.add(arguments[place]);
  if (PQsendQueryParams(connection, saved.text.c_str(), parameters.size(), nullptr, parameters.values(), nullptr,
                        nullptr, 0) != 1 ||
      PQsetSingleRowMode(connection) != 1)
    return fail(connection_error(connection));
  RowReader reader(query, bytes_max);
  std::optional<Error> error;
  while (ResultHandle result{PQgetResult(connection)}) {
    const ExecStatusType status = PQresultStatus(result.get());
    const bool has_rows = status == PGRES_SINGLE_TUPLE || status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
    if (!has_rows && status != PGRES_FATAL_ERROR && status != PGRES_BAD_RESPONSE)
      return fail(answered_otherwise(query, status));
    if (error) continue;
    if (!has_rows)
      error = failed(query, result.get());
    else if (auto taken = reader.take(result.get()); !taken)
      return fail(std::move(taken.error()));
  }
  if (error) return fail(std::move(*error));
  return reader.rows();
}

Error cannot_be_prepared(const SavedQuery& query, const PGresult* result) {
  const char* words = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const char* position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
  std::string why = words == nullptr ? "PostgreSQL does not take it" : words;
  if (position != nullptr) why += " (character " + std::string(position) + " of the statement as it is prepared)";
  return Error(ErrorCode::invalid, "The saved query '" + query.name + "' cannot be prepared: " + why + ".")
      .with_hint("Mend [queries." + query.name + "] postgres, or sql.");
}

Error committed_unseen() {
  return Error(ErrorCode::outcome_unknown, "the connection broke when the query was committed")
      .with_hint("look whether its change was made before you make it again");
}

}  // namespace

SavedQueries::SavedQueries(Options options, const Schema& schema)
    : options_(std::move(options)),
      connections_(threads_max),
      identities_(threads_max),
      workers_(threads_max, queue_max) {
  if (!schema.collections.empty()) forget_ = "SELECT pg_notify('banyan', '" + schema.collections.front().name + " *')";
}

SavedQueries::~SavedQueries() { workers_.stop(); }

void SavedQueries::stop() {
  give_up_ = true;
  workers_.stop();
}

Result<Connection> SavedQueries::open() {
  // As another program, whose changes the tables' triggers see.
  auto handle = connect(
      options_, {.name = "saved queries", .settings = "RESET jit; SELECT set_config('banyan.writer', '', false)"},
      give_up_);
  if (!handle) return fail(std::move(handle.error()));
  return Connection(std::move(*handle));
}

Result<void> SavedQueries::check(const SavedQuery& query) {
  auto connection = open();
  if (!connection) return fail(std::move(connection.error()));
  const sql::SavedStatement saved = sql::saved_statement(query, SqlDialect::postgres);
  PGconn* const raw = connection->get();
  const ResultHandle prepared(PQprepare(raw, "", saved.text.c_str(), 0, nullptr));
  if (PQresultStatus(prepared.get()) != PGRES_COMMAND_OK) return fail(cannot_be_prepared(query, prepared.get()));
  const ResultHandle described(PQdescribePrepared(raw, ""));
  if (PQresultStatus(described.get()) != PGRES_COMMAND_OK) return fail(cannot_be_prepared(query, described.get()));
  if (auto places = sql::match_columns(query, names_of(described.get())); !places)
    return fail(std::move(places.error()));
  return {};
}

Task<Result<SavedRows>> SavedQueries::run(const Context& context, const SavedQuery& query,
                                          std::vector<Value> arguments) {
  Position reached;
  const auto work = [&](std::size_t thread) { return run_now(thread, context, query, arguments, reached); };
  Result<SavedRows> rows = co_await sql::run_on(workers_, context, work);
  context.reached.fold(reached);
  co_return rows;
}

Result<void> SavedQueries::measure(std::size_t thread, Position& reached) {
  if (!options_.positions) return {};
  Connection& connection = *connections_[thread];
  ServerIdentity& identity = identities_[thread];
  if (identity.system == 0) {
    auto asked = connection.query(ask_primary_identity);
    if (!asked) return fail(std::move(asked.error()));
    identity = identity_from(asked->get());
  }
  auto asked = connection.query(ask_primary_position);
  if (!asked) return fail(std::move(asked.error()));
  if (const auto extent = extent_of_primary(asked->get(), identity)) reached = extent->to;
  return {};
}

Result<Connection*> SavedQueries::begin(std::size_t thread, const Context& context, bool writes) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(context.deadline - context.clock.steady());
  const auto limit = std::clamp(left, std::chrono::milliseconds(1), options_.statement_timeout);
  const std::string text = std::string(writes ? "BEGIN" : "BEGIN READ ONLY") +
                           "; SET LOCAL statement_timeout = " + std::to_string(limit.count());
  std::unique_ptr<Connection>& connection = connections_[thread];
  if (connection && connection->execute(text)) return connection.get();
  connection.reset();
  auto opened = open();
  if (!opened) return fail(std::move(opened.error()));
  connection = std::make_unique<Connection>(std::move(*opened));
  identities_[thread] = {};
  if (auto begun = connection->execute(text); !begun) return fail(std::move(begun.error()));
  return connection.get();
}

Result<void> SavedQueries::commit(Connection& connection, const SavedQuery& query) {
  if (query.writes && !forget_.empty())
    if (auto told = connection.query(forget_); !told) return fail(std::move(told.error()));
  auto committed = connection.execute("COMMIT");
  if (!committed && committed.error().code == ErrorCode::reference_broken)  // references are looked at only now
    return fail(sql::refused(query, sql::Refusal::reference, {}, std::move(committed.error().detail)));
  if (!committed && query.writes && PQstatus(connection.get()) == CONNECTION_BAD)
    return fail(Error(ErrorCode::outcome_unknown, "the connection broke while the query was committed")
                    .with_detail(committed.error().detail));
  return committed;
}

Result<SavedRows> SavedQueries::run_now(std::size_t thread, const Context& context, const SavedQuery& query,
                                        const std::vector<Value>& arguments, Position& reached) {
  try {
    auto connection = begin(thread, context, query.writes);
    if (!connection) return fail(std::move(connection.error()));
    auto rows = execute((*connection)->get(), query, arguments, options_.page_bytes_max);
    if (rows && !query.writes)
      if (auto measured = measure(thread, reached); !measured) rows = fail(std::move(measured.error()));
    if (rows)
      if (auto committed = commit(**connection, query); !committed) rows = fail(std::move(committed.error()));
    if (rows && query.writes)
      if (!measure(thread, reached)) rows = fail(committed_unseen());
    // With answers left unread nothing can be asked on it any more.
    if (!rows && (PQtransactionStatus((*connection)->get()) != PQTRANS_INERROR || !(*connection)->execute("ROLLBACK")))
      connections_[thread].reset();
    return rows;
  } catch (const std::bad_alloc&) {
    connections_[thread].reset();
    throw;
  }
}

}  // namespace banyan::postgres
