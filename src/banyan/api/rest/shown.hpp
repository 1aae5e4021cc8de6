#pragma once

#include <string>
#include <vector>

#include "banyan/api/query/selection.hpp"
#include "banyan/api/rest/media_type.hpp"
#include "banyan/base/result.hpp"
#include "banyan/core/query.hpp"

namespace banyan::api::rest {

/// The page in the form that was asked for. For one record, `invalid` with the reason `not_single` where the page holds
/// another number of them.
Result<std::string> shown(const Representation& representation, const Selection& selection, const RecordPage& page);

/// How many records or rows the page holds.
std::size_t size_of(const RecordPage& page) noexcept;

/// That one record was asked for, and how many there are.
Error not_single(std::size_t count);

/// The JSON without the members of objects that are null, at any depth. `json` is well-formed and has no spaces between
/// its tokens.
std::string without_nulls(std::string_view json);

}  // namespace banyan::api::rest
