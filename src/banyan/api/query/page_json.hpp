#pragma once

#include <optional>
#include <string>

#include "banyan/api/query/selection.hpp"
#include "banyan/base/result.hpp"
#include "banyan/core/query.hpp"

namespace banyan::api {

/// Of what is written for one request; more is `too_large`. It also bounds how long an event loop writes at a stretch.
inline constexpr std::size_t answer_bytes_max = std::size_t{64} << 20;
Error answer_too_large();

/// The page as a JSON array: the one way in which pages leave. Members that are hidden from the viewer are left out,
/// record by record. Errors, after which `out` is of no use: `invalid` (reason `uncastable`) where a cast does not take
/// a value, `too_large` (reason `page_too_large`) past answer_bytes_max, with what `out` held before.
Result<void> append_page(std::string& out, const Selection& selection, const RecordPage& page);

/// The record or row at `index` as a JSON object.
Result<void> append_record(std::string& out, const Selection& selection, const RecordPage& page, std::size_t index);

/// One member's value (kinds value and embed) as JSON, `null` where it is hidden.
Result<void> append_member(std::string& out, const Selection::Member& member, const RecordPage& page,
                           std::size_t index);

/// A member of kind value after its cast, to be written as `member.shown_type()`; null where it is hidden.
Result<Value> shown_value(const Selection::Member& member, const RecordPage& page, std::size_t index);

/// Whether the member's value is hidden in that record.
bool is_hidden(const Selection::Member& member, const RecordPage& page, std::size_t index);

}  // namespace banyan::api
