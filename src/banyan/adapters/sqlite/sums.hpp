#pragma once

#include <sqlite3.h>

namespace banyan::sqlite {

/// Gives the connection banyan_sum() and banyan_avg(): sums of integers are exact, and refused where 64 bits do not
/// hold them; those of numbers where a double does not. Null of nothing.
void register_sums(sqlite3* database);

/// What banyan_sum() says of a sum that does not fit.
inline constexpr const char* sum_does_not_fit = "the sum does not fit";

}  // namespace banyan::sqlite
