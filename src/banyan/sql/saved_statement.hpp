#pragma once

#include <span>
#include <string>
#include <vector>

#include "banyan/base/result.hpp"
#include "banyan/core/saved_query.hpp"
#include "banyan/core/saved_query_text.hpp"

namespace banyan::sql {

/// A saved query as one database takes it: values are bound, never spliced.
struct SavedStatement {
  std::string text;
  std::vector<std::size_t> arguments;  ///< For the numbers from 1 on, the place of the parameter that goes there.
};

/// `?1` for SQLite; for PostgreSQL `$1` with the parameter's type, so that nothing is guessed. The text has been looked
/// at when the configuration was read.
SavedStatement saved_statement(const SavedQuery& query, SqlDialect dialect);

/// For each declared column the place of the result's that has its name. Error: invalid, where they are not the same.
Result<std::vector<std::size_t>> match_columns(const SavedQuery& query, std::span<const std::string> names);

/// Makes canonical what a database answers as text, for a column that is one; false where it is no such value. A
/// timestamp without an offset is UTC.
bool make_canonical(const Field& column, std::string& text);

Error too_many_rows(const SavedQuery& query);
Error too_many_bytes(const SavedQuery& query, std::size_t bytes_max);
/// What a database refuses of a query, as of any write; `detail` is for the log.
enum class Refusal : unsigned char { taken, reference, missing, values };
Error refused(const SavedQuery& query, Refusal why, const std::vector<std::string>& fields, std::string detail);
/// A column holds what it is not declared to.
Error not_as_declared(const SavedQuery& query, const Field& column);

}  // namespace banyan::sql
