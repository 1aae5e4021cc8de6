#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/base/result.hpp"

namespace banyan::api::rest {

/// One field of a line. An empty one without quotes is null, and so is `NULL`; with quotes both are text.
using CsvField = std::optional<std::string>;

struct CsvTable {
  std::vector<std::string> columns;         ///< Of the first line.
  std::vector<std::vector<CsvField>> rows;  ///< Each as long as `columns`.
};

/// CSV of RFC 4180, lines ending in CR LF or LF; a byte order mark before it is passed over, as is an empty last line.
/// Errors: `invalid` with the reason `malformed_csv` for a quote in the wrong place, a line of another length, a column
/// without a name or of a name that is there already; `too_large` for more than `rows_max`.
Result<CsvTable> parse_csv(std::string_view text, std::size_t rows_max);

/// Appends text as one field, in quotes where it needs them: where it is empty or `NULL`, it would be null else.
void append_csv_field(std::string& out, std::string_view text);

}  // namespace banyan::api::rest
