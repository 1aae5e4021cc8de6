#include "banyan/adapters/postgres/page_read.hpp"

#include <algorithm>

#include "banyan/adapters/postgres/commit.hpp"
#include "banyan/adapters/postgres/composed.hpp"
#include "banyan/adapters/postgres/counts.hpp"
#include "banyan/adapters/postgres/errors.hpp"
#include "banyan/adapters/postgres/store_metrics.hpp"
#include "banyan/core/aggregation.hpp"
#include "banyan/sql/pages.hpp"
#include "banyan/sql/tree.hpp"

namespace banyan::postgres {
namespace {

/// How long the answer may come after the deadline at which the server ends the statement.
constexpr std::chrono::seconds grace{1};
/// For a lock on a replica, which may have to replay for long until it is given back where it was taken.
constexpr std::chrono::milliseconds lock_timeout_of_replica{500};

bool sums(const Query& query) {
  return (query.grouping && sql::sums(*query.grouping)) ||
         std::ranges::any_of(query.embeds, [](const Embed& embed) { return sums(embed.query); });
}

}  // namespace

Task<Result<RecordPage>> PageRead::run(SteadyTime deadline) {
  deadline_ = deadline;
  wire_left_ = parts_.options.wire_bytes_max();
  // First of all: what stands before it in an exchange would have taken a snapshot already.
  begins_ = !one_statement();
  if (begins_) measure_.begin_apart(session_);
  if (begins_) session_.add("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  RecordPage page;
  Failure failure = co_await read(page);
  if (!failure) co_return page;
  if (!one_statement()) co_await roll_back(session_, parts_.clock);
  co_return fail(std::move(*failure));
}

Task<PageRead::Failure> PageRead::read(RecordPage& page) {
  limit_time();
  if (one_statement()) measure_.begin(session_);
  Failure unsayable = add(session_, parts_.statements, sql::select_page(parts_.dialect, parts_.schema, query_));
  if (!unsayable && query_.counted != Counted::no)
    unsayable = add_counts(session_, parts_.statements, parts_.dialect, parts_.schema, query_);
  // What has been added to an exchange must be asked, or its answers would come to whoever asks next.
  const bool nothing_added = one_statement() && parts_.measured.of != Measure::Of::replica;
  if (unsayable && nothing_added) co_return unsayable;
  auto results = co_await ask(query_.embeds.empty() && !unsayable);
  if (unsayable) co_return unsayable;
  if (!results) co_return std::move(results.error());
  if (Failure failure = take_rows(results->front().get(), query_, page)) co_return failure;
  if (query_.counted != Counted::no) page.count = count_in(query_, std::span<const ResultHandle>(*results).subspan(1));
  std::vector<Around> level{{&query_, &page}};
  while (!level.empty())
    if (Failure failure = co_await read_level(level)) co_return failure;
  co_return std::nullopt;
}

// The level becomes the next one.
Task<PageRead::Failure> PageRead::read_level(std::vector<Around>& level) {
  if (query_.embeds.empty()) {
    // Asked already; a limit of time that was added now would stand before the BEGIN of whoever asks next.
    level.clear();
    co_return std::nullopt;
  }
  std::vector<Around> next;
  std::vector<Asked> asked;
  limit_time();
  for (const Around& around : level) {
    const std::vector<Embed>& embeds = around.query->embeds;
    around.page->embeds.resize(embeds.size());
    for (std::size_t i = 0; i < embeds.size(); ++i) {
      EmbeddedPage& into = around.page->embeds[i];
      if (!embeds[i].query.embeds.empty()) next.push_back({&embeds[i].query, &into.page});
      const std::vector<Value> keys = sql::keys_of(around.page->records, embeds[i].relation);
      if (keys.empty()) {
        into = sql::placed({}, around.page->records, embeds[i]);
        continue;
      }
      if (Failure failure = add(session_, parts_.statements,
                                sql::select_embedded(parts_.dialect, parts_.schema, embeds[i], keys,
                                                     embedded_records_max - embedded_ + 1))) {
        (void)co_await ask(false);
        co_return failure;
      }
      asked.push_back({&embeds[i], &around.page->records, &into});
    }
  }
  level = std::move(next);
  const bool last = level.empty();
  if (asked.empty() && !last) co_return std::nullopt;
  auto results = co_await ask(last);
  if (!results) co_return std::move(results.error());
  for (std::size_t i = 0; i < asked.size(); ++i)
    if (Failure failure = take_embedded((*results)[i].get(), asked[i])) co_return failure;
  co_return std::nullopt;
}

PageRead::Failure PageRead::take_rows(const PGresult* result, const Query& query, RecordPage& page) {
  const auto count = static_cast<std::size_t>(PQntuples(result));
  const Collection& collection = *query.collection;
  if (!query.grouping) {
    page.records.resize(count);
    for (std::size_t row = 0; row < count; ++row) {
      if (!read_record(result, static_cast<int>(row), collection, page.records[row]))
        return damaged_record(result, static_cast<int>(row), collection);
      if (Failure failure = count_bytes(page.records[row].values)) return failure;
    }
    return std::nullopt;
  }
  const std::vector<Field> fields = sql::row_fields(collection, *query.grouping);
  page.rows.resize(count);
  for (std::size_t row = 0; row < count; ++row) {
    page.rows[row].resize(fields.size());
    for (std::size_t i = 0; i < fields.size(); ++i)
      if (!read_value(result, static_cast<int>(row), static_cast<int>(i), fields[i], page.rows[row][i]))
        return sql::damaged_record(collection);
    if (Failure failure = count_bytes(page.rows[row])) return failure;
  }
  return std::nullopt;
}

PageRead::Failure PageRead::count_bytes(std::span<const Value> values) {
  bytes_ += sql::text_bytes(values);
  if (bytes_ <= parts_.options.page_bytes_max) return std::nullopt;
  return sql::page_too_large(parts_.options.page_bytes_max);
}

PageRead::Failure PageRead::take_embedded(const PGresult* result, const Asked& asked) {
  embedded_ += static_cast<std::size_t>(PQntuples(result));
  if (embedded_ > embedded_records_max) return sql::too_many_embedded();
  sql::EmbeddedRows rows;
  if (Failure failure = take_rows(result, asked.embed->query, rows.page)) return failure;
  rows.keys.resize(static_cast<std::size_t>(PQntuples(result)));
  const Field& key = sql::key_field(asked.embed->relation);
  for (std::size_t row = 0; row < rows.keys.size(); ++row)
    if (!read_value(result, static_cast<int>(row), PQnfields(result) - 1, key, rows.keys[row]))
      return sql::damaged_record(*asked.embed->query.collection);
  *asked.into = sql::placed(std::move(rows), *asked.around, *asked.embed);
  return std::nullopt;
}

void PageRead::limit_time() {
  const SteadyTime now = parts_.clock.steady();
  const auto limit = time_limit(deadline_ - now, parts_.options.statement_timeout);
  const bool on_replica = parts_.measured.of == Measure::Of::replica;
  session_.limit_statements(limit, on_replica ? std::min(limit, lock_timeout_of_replica) : limit);
  give_up_at_ = now + limit + grace;
}

Task<Result<Results>> PageRead::ask(bool last) {
  if (last) measure_.end(session_);
  if (last && !one_statement()) session_.add("COMMIT");
  const SteadyTime began = parts_.clock.steady();
  auto results = co_await session_.exchange(give_up_at_, wire_left_);
  parts_.latency.observe(microseconds(parts_.clock.steady() - began));
  if (!results) {
    may_be_retried_ = results.error().code == ErrorCode::unavailable;
    if (results.error().code == ErrorCode::too_large)
      co_return fail(sql::page_too_large(parts_.options.page_bytes_max));
    co_return results;
  }
  wire_left_ -= std::min(session_.bytes_received(), wire_left_);
  for (const ResultHandle& result : *results)
    if (!succeeded(result.get())) co_return fail(failure_of(result.get()));
  if (Failure failure = take_measure(*results, last)) co_return fail(std::move(*failure));
  co_return results;
}

PageRead::Failure PageRead::take_measure(Results& results, bool last) {
  if (!std::exchange(asked_, true)) measure_.take_begin(results);
  if (std::exchange(begins_, false)) results.erase(results.begin());
  if (!last || !parts_.measured.on()) return std::nullopt;
  if (!one_statement()) results.pop_back();
  const std::optional<Extent> extent = measure_.take_end(session_, results);
  if (!extent) return Error(ErrorCode::unavailable, "the database does not say how far it is");
  extent_ = *extent;
  return std::nullopt;
}

Error PageRead::failure_of(const PGresult* result) {
  const std::string_view state = sqlstate(result);
  if (is_stale_statement(state)) session_.forget_statements();
  may_be_retried_ = is_stale_statement(state) || ends_connection(state);
  if (state == "22003" && sums(query_)) return sum_out_of_range();
  return error_from(result);
}

}  // namespace banyan::postgres
