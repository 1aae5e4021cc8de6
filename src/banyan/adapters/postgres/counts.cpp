#include "banyan/adapters/postgres/counts.hpp"

#include <algorithm>
#include <charconv>

#include "banyan/adapters/postgres/composed.hpp"
#include "banyan/sql/composer.hpp"
#include "banyan/sql/pages.hpp"

namespace banyan::postgres {
namespace {

/// The planner's word is for records only; groups are counted.
Counted way_of(const Query& query) { return query.grouping ? Counted::exact : query.counted; }

Result<sql::StatementText> plan_text(sql::Composer composer, const Query& query) {
  const sql::Table table = composer.table(*query.collection);
  composer.add({"EXPLAIN (FORMAT JSON) SELECT 1 FROM ", table.source()}).where(table, query.filter);
  return composer.finish();
}

Result<sql::StatementText> few_text(sql::Composer composer, const Query& query) {
  const sql::Table table = composer.table(*query.collection);
  composer.add({"SELECT count(*) FROM (SELECT 1 FROM ", table.source()}).where(table, query.filter);
  const std::string most =
      composer.own_parameter(Value(static_cast<std::int64_t>(counted_exactly_max + 1)), sql::ParameterType::integer);
  composer.add({" LIMIT ", most, ") AS few"});
  return composer.finish();
}

std::uint64_t number_in(std::string_view digits) {
  std::uint64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

/// The outermost node of the plan comes first in its text.
std::uint64_t planned_in(std::string_view plan) {
  constexpr std::string_view rows = "\"Plan Rows\": ";
  const std::size_t place = plan.find(rows);
  return place == std::string_view::npos ? 0 : number_in(plan.substr(place + rows.size()));
}

}  // namespace

std::optional<Error> add_counts(Session& session, Statements& statements, const PostgresDialect& dialect,
                                const Schema& schema, const Query& query) {
  const Counted way = way_of(query);
  if (way == Counted::exact) return add(session, statements, sql::select_count(dialect, schema, query));
  std::optional<Error> failure = add(session, statements, plan_text(sql::Composer(dialect, schema), query));
  if (!failure && way == Counted::estimated)
    failure = add(session, statements, few_text(sql::Composer(dialect, schema), query));
  return failure;
}

std::uint64_t count_in(const Query& query, std::span<const ResultHandle> results) {
  const Counted way = way_of(query);
  const std::string_view first = text(results.front().get(), 0, 0);
  if (way == Counted::exact) return number_in(first);
  const std::uint64_t planned = planned_in(first);
  if (way == Counted::planned) return planned;
  const std::uint64_t few = number_in(text(results[1].get(), 0, 0));
  return few <= counted_exactly_max ? few : std::max(planned, few);
}

}  // namespace banyan::postgres
