#pragma once

#include <source_location>
#include <string_view>

#include "banyan/adapters/postgres/libpq.hpp"
#include "banyan/base/result.hpp"
#include "banyan/core/saved_query.hpp"
#include "banyan/core/schema.hpp"

namespace banyan::postgres {

/// The five characters of a failed result, or nothing where the connection itself failed.
std::string_view sqlstate(const PGresult* result) noexcept;

/// What a failed statement means to whoever asked; `detail` keeps PostgreSQL's own words for the log.
Error error_from(const PGresult* result, std::source_location where = std::source_location::current());
/// The same for a statement that wrote into the collection's table: unique_violation names the fields.
Error write_error(const PGresult* result, const Collection& collection,
                  std::source_location where = std::source_location::current());
/// The same for a saved query, which failed on the values that it was given, or on those that it met.
Error query_error(const PGresult* result, const SavedQuery& query,
                  std::source_location where = std::source_location::current());
/// A connection that failed, or could not be made.
Error connection_error(PGconn* connection, std::source_location where = std::source_location::current());

/// Whether the same transaction may succeed when it is tried again: deadlock, serialization failure.
bool may_be_retried(std::string_view sqlstate) noexcept;
/// The server no longer knows the prepared statement, or its table has changed since: prepare it again.
bool is_stale_statement(std::string_view sqlstate) noexcept;
/// The server could not read what it has: damaged data, a failing device.
bool is_of_storage(std::string_view sqlstate) noexcept;
/// Whether the server is going away or coming up, and the connection is of no more use.
bool ends_connection(std::string_view sqlstate) noexcept;

}  // namespace banyan::postgres
