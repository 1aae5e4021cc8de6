#include "banyan/adapters/sqlite/sums.hpp"

#include <cmath>
#include <cstdint>
#include <limits>

namespace banyan::sqlite {
namespace {

/// SQLite aligns what it keeps between rows as it does its own largest numbers.
using Whole [[gnu::aligned(8)]] = __int128;

/// As SQLite keeps it between rows: made of zeros.
struct Sum {
  Whole whole;
  double number;
  std::int64_t count;
  bool has_number;
};

double value_of(const Sum& sum) {
  return sum.has_number ? sum.number + static_cast<double>(sum.whole) : static_cast<double>(sum.whole);
}

void add(sqlite3_context* context, int, sqlite3_value** arguments) {
  const int type = sqlite3_value_type(arguments[0]);
  if (type != SQLITE_INTEGER && type != SQLITE_FLOAT) return;
  auto* sum = static_cast<Sum*>(sqlite3_aggregate_context(context, sizeof(Sum)));
  if (sum == nullptr) return sqlite3_result_error_nomem(context);
  ++sum->count;
  if (type == SQLITE_INTEGER) {
    sum->whole += sqlite3_value_int64(arguments[0]);
  } else {
    sum->has_number = true;
    sum->number += sqlite3_value_double(arguments[0]);
  }
}

const Sum* sum_in(sqlite3_context* context) { return static_cast<const Sum*>(sqlite3_aggregate_context(context, 0)); }

void answer_number(sqlite3_context* context, double number) {
  if (!std::isfinite(number)) return sqlite3_result_error(context, sum_does_not_fit, -1);
  sqlite3_result_double(context, number);
}

void finish_sum(sqlite3_context* context) {
  const Sum* const sum = sum_in(context);
  if (sum == nullptr) return sqlite3_result_null(context);
  if (sum->has_number) return answer_number(context, value_of(*sum));
  if (sum->whole > std::numeric_limits<std::int64_t>::max() || sum->whole < std::numeric_limits<std::int64_t>::min())
    return sqlite3_result_error(context, sum_does_not_fit, -1);
  sqlite3_result_int64(context, static_cast<std::int64_t>(sum->whole));
}

void finish_average(sqlite3_context* context) {
  const Sum* const sum = sum_in(context);
  if (sum == nullptr) return sqlite3_result_null(context);
  answer_number(context, value_of(*sum) / static_cast<double>(sum->count));
}

}  // namespace

void register_sums(sqlite3* database) {
  constexpr int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  sqlite3_create_function_v2(database, "banyan_sum", 1, flags, nullptr, nullptr, add, finish_sum, nullptr);
  sqlite3_create_function_v2(database, "banyan_avg", 1, flags, nullptr, nullptr, add, finish_average, nullptr);
}

}  // namespace banyan::sqlite
