#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "banyan/api/query/limits.hpp"
#include "banyan/base/result.hpp"
#include "banyan/core/query.hpp"

namespace banyan::api {

/// A query string, understood: which records, and which of their fields.
struct FlatQuery {
  Query query;
  std::optional<std::vector<std::size_t>> select;  ///< Places of fields, in the order asked for; all when absent.
};

/// `field=op.value`, `field=not.op.value`, `select`, `order`, `limit`, `offset`: the grammar of docs/api.md.
/// `raw` is the query string as received. Errors are `invalid` and name the parameter, what is wrong and the nearest
/// right word.
Result<FlatQuery> parse_list_query(std::string_view raw, const Collection& collection, const QueryLimits& limits);

/// The query string of a single record: `select` and nothing else.
Result<std::optional<std::vector<std::size_t>>> parse_record_query(std::string_view raw, const Collection& collection);

}  // namespace banyan::api
