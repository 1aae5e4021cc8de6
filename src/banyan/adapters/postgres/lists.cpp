#include "banyan/adapters/postgres/lists.hpp"

#include "banyan/adapters/postgres/errors.hpp"
#include "banyan/adapters/postgres/store_metrics.hpp"
#include "banyan/sql/pages.hpp"

namespace banyan::postgres {
namespace {

/// How long the answer may come after the deadline at which the server ends the statement.
constexpr std::chrono::seconds grace{1};
/// Bound of PostgreSQL's protocol.
constexpr std::size_t parameters_max = 65'535;

Error too_many_values() {
  return Error(ErrorCode::too_large, "the filter holds too many values").with_hint("split the request");
}

Error page_too_large(std::size_t bytes_max) {
  return Error(ErrorCode::too_large, "the page would hold more than " + std::to_string(bytes_max) + " bytes")
      .with_reason("page_too_large")
      .with_hint("ask for fewer records with limit");
}

Statement statement_of(const sql::StatementText& page) {
  Statement statement{.text = page.text};
  for (const sql::Operand& operand : page.operands) statement.types.push_back(parameter_type(operand.type));
  return statement;
}

}  // namespace

void mend_patterns(Filter& filter) {
  for (Filter& child : filter.children) mend_patterns(child);
  if (filter.op != CompareOp::like && filter.op != CompareOp::ilike) return;
  for (Value& operand : filter.operands) {
    auto* const pattern = std::get_if<std::string>(&operand);
    if (pattern == nullptr) continue;
    const std::size_t last = pattern->find_last_not_of('\\');
    const std::size_t backslashes = pattern->size() - (last == std::string::npos ? 0 : last + 1);
    if (backslashes % 2 == 1) *pattern += '\\';
  }
}

Lists::Lists(SessionPool::Parts parts, const Options& options, const Schema& schema, const PostgresDialect& dialect,
             Statements& statements, Gauge& waiting, Histogram& latency)
    : clock_(parts.clock),
      schema_(schema),
      options_(options),
      dialect_(dialect),
      statements_(statements),
      latency_(latency),
      desk_(parts,
            {.purpose = {.name = "lists"},
             .sessions_max = options.list_connections,
             .batch_max = 1,
             .queue_max = options.queue_max},
            waiting,
            [this](Session& session, Desk<ListRequest>::Batch batch) { return serve(session, batch.front()); }) {}

Task<void> Lists::serve(Session& session, ListRequest* request) {
  std::optional<Result<RecordPage>> page = co_await ask(session, *request);
  if (page)
    request->deliver(std::move(*page));
  else
    desk_.submit_again(request);
}

Task<std::optional<Result<RecordPage>>> Lists::ask(Session& session, ListRequest& request) {
  auto page = sql::select_page(dialect_, schema_, request.query);
  if (!page) co_return fail(std::move(page.error()));
  if (page->operands.size() > parameters_max) co_return fail(too_many_values());
  const SteadyTime began = clock_.steady();
  const auto limit = time_limit(request.context.deadline - began, options_.statement_timeout);
  session.limit_statements(limit, limit);
  Parameters parameters;
  for (const sql::Operand& operand : page->operands) parameters.add(*operand.value);
  std::string key = "list " + page->text;  // the types of operands follow from the fields in it
  session.add(statements_.get(key, [&] { return statement_of(*page); }), parameters);
  auto results = co_await session.exchange(began + limit + grace, options_.page_bytes_max);
  latency_.observe(microseconds(clock_.steady() - began));

  const bool may_try_again = ++request.attempts < attempts_max && !request.context.expired();
  if (!results) {
    if (results.error().code == ErrorCode::too_large) co_return fail(page_too_large(options_.page_bytes_max));
    if (results.error().code == ErrorCode::unavailable && may_try_again) co_return std::nullopt;
    co_return fail(std::move(results.error()));
  }
  const PGresult* const result = results->empty() ? nullptr : results->front().get();
  if (PQresultStatus(result) == PGRES_TUPLES_OK) co_return page_of(result, *request.query.collection);
  const std::string_view state = sqlstate(result);
  if (is_stale_statement(state)) session.forget_statements();
  if (may_try_again && (is_stale_statement(state) || ends_connection(state))) co_return std::nullopt;
  co_return fail(error_from(result));
}

Result<RecordPage> Lists::page_of(const PGresult* result, const Collection& collection) const {
  RecordPage page;
  page.records.resize(static_cast<std::size_t>(PQntuples(result)));
  for (int row = 0; row < PQntuples(result); ++row) {
    if (!read_record(result, row, collection, page.records[static_cast<std::size_t>(row)]))
      return fail(damaged_record(result, row, collection));
  }
  return page;
}

}  // namespace banyan::postgres
