#pragma once

#include <string>
#include <vector>

#include "banyan/api/query/parser.hpp"
#include "banyan/api/rest/preferences.hpp"
#include "banyan/base/result.hpp"
#include "banyan/services/records.hpp"

// What the writes of a collection's face share.
namespace banyan::api::rest {

/// The records that the viewer may see, as a page: members that are hidden from the viewer are named in `hidden`.
Result<RecordPage> page_of(const Collection& collection, const std::vector<services::Written>& written);

/// Puts the records into the order. `unsupported` for an order by another record's field.
Result<void> sort(RecordPage& page, const std::vector<OrderTerm>& order);

/// Whether records that belong to others are shown.
bool has_embeds(const Selection& selection) noexcept;

/// `*/*`, or with the count where it was asked for.
std::string content_range(const Preferences& preferences, std::size_t count);

}  // namespace banyan::api::rest
