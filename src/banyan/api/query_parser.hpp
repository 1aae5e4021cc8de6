#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "banyan/base/result.hpp"
#include "banyan/core/query.hpp"

namespace banyan::api {

/// Bounds on what one query may ask for.
struct QueryLimits {
  std::uint32_t default_limit = 100;
  std::uint32_t max_limit = 1000;
  std::size_t filter_count_max = 50;
  std::size_t in_operands_max = 1000;
};

/// A query string, understood: which records, and which of their fields.
struct ParsedQuery {
  Query query;
  std::optional<std::vector<std::size_t>> select;  ///< Places of fields, in the order asked for; all when absent.
};

/// `field=op.value`, `field=not.op.value`, `select`, `order`, `limit`, `offset`: the grammar of docs/api.md.
/// `raw` is the query string as received. Errors are `invalid` and name the parameter, what is wrong and the nearest
/// right word.
Result<ParsedQuery> parse_list_query(std::string_view raw, const Collection& collection, const QueryLimits& limits);

/// The query string of a single record: `select` and nothing else.
Result<std::optional<std::vector<std::size_t>>> parse_record_query(std::string_view raw, const Collection& collection);

}  // namespace banyan::api
