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
/// record's values in it, the id last; the id alone where they would be too long for a URL. It holds nothing that the
/// record did not show to whoever got it, and is checked like any input when it comes back.

/// The cursor behind the record, of `bytes_max` at most; nothing where the order goes along a reference, is one of
/// groups, or is too long itself.
std::optional<std::string> cursor_behind(const CursorOrder& list, const Record& record, std::size_t bytes_max);

/// A cursor that has come back.
struct Cursor {
  Value id;
  std::vector<Value> values;  ///< Of the order, the id last; empty: they are those that the record has now.
};
/// `invalid` (reason `malformed_cursor`) for what is none, or one of another collection or order.
Result<Cursor> read_cursor(const CursorOrder& list, std::string_view text);
/// The same error for a cursor whose record has to be looked at and is not there any more.
Error cursor_of_nothing();

/// The record's values in the list's order.
std::vector<Value> values_in(const CursorOrder& list, const Record& record);
/// What the records behind those values match.
Filter behind(const CursorOrder& list, const std::vector<Value>& values);

}  // namespace banyan::api
