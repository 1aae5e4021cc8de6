#include "banyan/adapters/postgres/outcomes.hpp"

#include <algorithm>

namespace banyan::postgres {

bool is_stale_statement(std::string_view sqlstate) noexcept {
  // invalid_sql_statement_name, and "cached plan must not change result type" (feature_not_supported).
  return sqlstate == "26000" || sqlstate == "0A000";
}

std::chrono::milliseconds time_limit(Duration remaining, std::chrono::milliseconds most) noexcept {
  using std::chrono::milliseconds;
  constexpr milliseconds fine{100};
  constexpr milliseconds coarse{1'000};
  const milliseconds exact = std::chrono::ceil<milliseconds>(remaining);
  const milliseconds step = exact < coarse * 5 ? fine : coarse;
  const milliseconds rounded = (exact + step - milliseconds(1)) / step * step;
  return std::clamp(rounded, fine, std::max(most, fine));
}

Error damaged_record(const Collection& collection) {
  return Error(ErrorCode::internal, "a record holds what its collection does not allow")
      .with_detail("table " + collection.name + ": written by another program?");
}

}  // namespace banyan::postgres
