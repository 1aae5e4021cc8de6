#pragma once

#include <boost/json/value.hpp>

#include <optional>
#include <string_view>
#include <vector>

#include "banyan/base/result.hpp"
#include "banyan/core/schema.hpp"
#include "banyan/http/request.hpp"

namespace banyan::api::rest {

/// The records of a body: an object, or an array of objects, whatever the body's type. `columns` are those of the query
/// where it has them; without, all objects of an array must have the same members. Errors: `invalid` (malformed_json,
/// malformed_csv, unsupported_media_type), `too_large` for more than `records_max`.
Result<boost::json::value> records_of(const http::Request& request, const Collection& collection,
                                      const std::optional<std::vector<std::size_t>>& columns, std::size_t records_max);

/// `a,"b"`: fields of the collection, each in quotes or not. `parameter` is what the error names.
Result<std::vector<std::size_t>> field_list(const Collection& collection, std::string_view parameter,
                                            std::string_view text);

/// What a PATCH sets: an object, or an array of one. With `columns`, those members and no others, null where they are
/// not in the body.
Result<boost::json::value> changes_of(boost::json::value body, const Collection& collection,
                                      const std::optional<std::vector<std::size_t>>& columns);

}  // namespace banyan::api::rest
