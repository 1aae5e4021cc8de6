#pragma once

#include <sqlite3.h>

#include <string>

#include "banyan/base/result.hpp"
#include "banyan/core/saved_query.hpp"
#include "banyan/core/schema.hpp"

namespace banyan::sqlite {

/// The error for a result code of the connection's latest call. Its message is fit for whoever asked, its detail has
/// SQLite's own words and the system's error number.
Error error_from(sqlite3* database, int rc, std::source_location where = std::source_location::current());

/// The same where a write of the collection failed: names the field that a constraint was about.
Error write_error(sqlite3* database, int rc, const Collection& collection);

/// The same where a saved query failed on the values that it was given, or on those that it met.
Error query_error(sqlite3* database, int rc, const SavedQuery& query);

/// The error where the file could not be opened, in words for an operator: what is wrong and what to do.
Error open_error(sqlite3* database, int rc, const std::string& path);

/// Whether the code speaks of the whole database (its device, memory, damage) rather than of one statement: nothing
/// of the transaction it happened in is kept.
bool is_fatal(int rc) noexcept;

}  // namespace banyan::sqlite
