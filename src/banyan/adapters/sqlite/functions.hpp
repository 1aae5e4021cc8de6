#pragma once

#include <sqlite3.h>

#include "banyan/core/value.hpp"

namespace banyan::sqlite {

/// Gives the connection the functions that statements of SqliteDialect call. `stop` is asked in the midst of long work,
/// and outlives the connection.
void register_functions(sqlite3* database, StopCheck* stop);

}  // namespace banyan::sqlite
