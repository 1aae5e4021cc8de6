#pragma once

#include <cstdint>
#include <vector>

#include "banyan/base/result.hpp"
#include "banyan/core/query.hpp"
#include "banyan/core/schema.hpp"
#include "banyan/sql/dialect.hpp"
#include "banyan/sql/operands.hpp"

namespace banyan::sql {

/// Statements that answer the pages of a query and of its embeds. The text depends on the shape of the query, not on
/// its operands; `in` of n operands is padded to the next power of two, so that shapes stay few. The query must outlive
/// what is made of it. Errors: too_large (past the bounds of filters), unsupported (what the dialect has not).

/// Rows of the collection's fields in their order, then the version; with a grouping, of its row_fields().
Result<StatementText> select_page(const Dialect& dialect, const Schema& schema, const Query& query);

/// One row: how many records match, or how many groups there are.
Result<StatementText> select_count(const Dialect& dialect, const Schema& schema, const Query& query);

/// What belongs to the records with these keys (see tree.hpp): rows as of select_page(), and then the key of the one
/// that each belongs to. Those of one key follow each other, in the order of the query. At most `rows_max` rows.
Result<StatementText> select_embedded(const Dialect& dialect, const Schema& schema, const Embed& embed,
                                      std::span<const Value> keys, std::size_t rows_max);

/// Of the texts among the values: what the bound of a page, or of what a write changes, counts.
std::size_t text_bytes(std::span<const Value> values) noexcept;
Error page_too_large(std::size_t bytes_max);

/// Whether the grouping adds something up, which may not fit.
bool sums(const Grouping& grouping);

/// What the columns of a grouping's rows are read as: fields without a name.
std::vector<Field> row_fields(const Collection& collection, const Grouping& grouping);

/// The terms that rows of a grouping are ordered by, all of them, as places in `by`.
struct GroupOrder {
  std::size_t place;
  OrderTerm term;
};
std::vector<GroupOrder> group_order(const Query& query);

}  // namespace banyan::sql
