#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/base/result.hpp"
#include "banyan/core/query.hpp"

namespace banyan::api {

/// What a list is ordered by: what its cursors belong to. Lifetime: the collection outlives it.
struct CursorOrder {
  const Collection* collection = nullptr;
  std::vector<OrderTerm> order;
  bool grouped = false;

  explicit CursorOrder(const Query& query)
      : collection(query.collection), order(query.order), grouped(query.grouping.has_value()) {}
};

/// A cursor names the place behind one record in a list: base64url of JSON with the collection, the order, and the
/// record's values in it, the id last. It holds nothing that the record did not show to whoever got it, and is checked
/// like any input when it comes back.

/// The cursor behind the record; nothing where the order cannot be continued from a record's own values (it goes along
/// a reference, or a value in it is very long).
std::optional<std::string> cursor_behind(const CursorOrder& list, const Record& record);

/// What the records behind the cursor match, in the list's order. `invalid` (reason `malformed_cursor`) for what is
/// none, or one of another collection or order.
Result<Filter> behind_cursor(const CursorOrder& list, std::string_view cursor);

}  // namespace banyan::api
