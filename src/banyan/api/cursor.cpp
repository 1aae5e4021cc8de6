#include "banyan/api/cursor.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <utility>
#include <vector>

#include "banyan/api/base64url.hpp"
#include "banyan/core/json_text.hpp"
#include "banyan/core/record_json.hpp"

namespace banyan::api {
namespace {

namespace json = boost::json;

/// Of a cursor, encoded: it stands in a header and in a URL.
constexpr std::size_t cursor_bytes_max = 2'000;

constexpr std::string_view collection_key = "c";
constexpr std::string_view order_key = "o";
constexpr std::string_view values_key = "v";

// The order as stores have it: the id is its last term unless it is one already.
std::vector<OrderTerm> total_order(const CursorOrder& list) {
  std::vector<OrderTerm> order = list.order;
  const auto is_id = [](const OrderTerm& term) { return term.field == Term(0) && !term.of_reference; };
  const auto id = std::ranges::find_if(order, is_id);
  if (id == order.end()) {
    order.emplace_back(Term(0));
  } else {
    order.erase(id + 1, order.end());
  }
  return order;
}

bool can_continue(const CursorOrder& list, const std::vector<OrderTerm>& order) {
  return !list.grouped &&
         std::ranges::none_of(order, [](const OrderTerm& term) { return term.of_reference.has_value(); });
}

std::string text_of(const Collection& collection, const std::vector<OrderTerm>& order) {
  std::string text;
  for (const OrderTerm& term : order) {
    if (!text.empty()) text += ',';
    text += collection.fields[term.field.field].name;
    for (const std::string& step : term.field.path) text += "->" + step;
    text += term.descending ? ".desc" : ".asc";
    text += term.nulls_first ? ".nullsfirst" : ".nullslast";
  }
  return text;
}

json::value to_json(const Value& value) {
  if (const auto* boolean = std::get_if<bool>(&value)) return *boolean;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* text = std::get_if<std::string>(&value)) return json::string(*text);
  return nullptr;
}

std::unexpected<Error> malformed_cursor(std::string message) {
  return fail(Error(ErrorCode::invalid, "cursor: " + std::move(message))
                  .with_reason("malformed_cursor")
                  .with_fields({{"cursor", "is not one of this list"}})
                  .with_hint("Follow the Link of the page before, as it is; begin without a cursor."));
}

Result<Value> value_from(const Collection& collection, const OrderTerm& term, const json::value& given) {
  if (given.is_null()) return Null();
  if (term.field.path.empty()) return value_from_json(collection.fields[term.field.field], given);
  const auto* text = given.if_string();
  if (text == nullptr) return fail(ErrorCode::invalid, "must be text");
  return std::string(text->data(), text->size());
}

Filter same(const OrderTerm& term, const Value& value) {
  if (is_null(value)) return Filter::compare(term.field, CompareOp::is_null, {});
  return Filter::compare(term.field, CompareOp::eq, {value});
}

// Strictly behind, by this term alone; or, with `or_same`, not before.
Filter behind(const OrderTerm& term, const Value& value, bool or_same) {
  Filter null = Filter::compare(term.field, CompareOp::is_null, {});
  if (is_null(value)) {
    if (term.nulls_first) return or_same ? Filter() : Filter::negate(std::move(null));
    return or_same ? std::move(null) : Filter::nothing();
  }
  const CompareOp op =
      term.descending ? (or_same ? CompareOp::lte : CompareOp::lt) : (or_same ? CompareOp::gte : CompareOp::gt);
  Filter compared = Filter::compare(term.field, op, {value});
  const bool is_id = term.field == Term(0);
  return term.nulls_first || is_id ? std::move(compared) : Filter::either(std::move(compared), std::move(null));
}

// (a > 1) or (a = 1 and b > 2) or …: and, so that an index on the first is used, a >= 1.
Filter behind_all(const std::vector<OrderTerm>& order, const std::vector<Value>& values) {
  Filter ways;
  ways.kind = Filter::Kind::any;
  for (std::size_t i = 0; i < order.size(); ++i) {
    Filter way;
    for (std::size_t before = 0; before < i; ++before) way.children.push_back(same(order[before], values[before]));
    way.children.push_back(behind(order[i], values[i], false));
    ways.children.push_back(std::move(way));
  }
  if (order.size() == 1) return Filter(ways.children.front().children.front());
  return Filter::both(behind(order.front(), values.front(), true), std::move(ways));
}

}  // namespace

std::vector<Value> values_in(const CursorOrder& list, const Record& record) {
  std::vector<Value> values;
  for (const OrderTerm& term : total_order(list)) values.push_back(value_of(term.field, record));
  return values;
}

Filter behind(const CursorOrder& list, const std::vector<Value>& values) {
  return behind_all(total_order(list), values);
}

Error cursor_of_nothing() { return std::move(malformed_cursor("its record is there no more.").error()); }

std::optional<std::string> cursor_behind(const CursorOrder& list, const Record& record, std::size_t bytes_max) {
  const std::vector<OrderTerm> order = total_order(list);
  if (!can_continue(list, order)) return std::nullopt;
  const auto encoded = [&](const std::vector<Value>& values) -> std::optional<std::string> {
    json::array shown;
    for (const Value& value : values) shown.push_back(to_json(value));
    const Result<std::string> text =
        canonical_json(json::object{{collection_key, json::string(list.collection->name)},
                                    {order_key, json::string(text_of(*list.collection, order))},
                                    {values_key, std::move(shown)}});
    if (!text) return std::nullopt;
    std::string cursor = to_base64url(*text);
    if (cursor.size() > std::min(bytes_max, cursor_bytes_max)) return std::nullopt;
    return cursor;
  };
  auto cursor = encoded(values_in(list, record));
  return cursor ? std::move(cursor) : encoded({record.values.front()});
}

Result<Cursor> read_cursor(const CursorOrder& list, std::string_view cursor) {
  const std::vector<OrderTerm> order = total_order(list);
  if (!can_continue(list, order)) return malformed_cursor("there is none for this order.");
  if (cursor.size() > cursor_bytes_max) return malformed_cursor("it is longer than any.");
  const auto text = from_base64url(cursor);
  if (!text) return malformed_cursor("it is not one that was made here.");
  const auto parsed = parse_json(*text);
  const auto* object = parsed ? parsed->if_object() : nullptr;
  const auto* collection = object ? object->if_contains(collection_key) : nullptr;
  const auto* order_text = object ? object->if_contains(order_key) : nullptr;
  const auto* values = object ? object->if_contains(values_key) : nullptr;
  if (!collection || !order_text || !values || !values->is_array())
    return malformed_cursor("it is not one that was made here.");
  const std::string wanted_order = text_of(*list.collection, order);
  if (*collection != json::value(json::string(list.collection->name)))
    return malformed_cursor("it belongs to another collection.");
  if (*order_text != json::value(json::string(wanted_order))) return malformed_cursor("it belongs to another order.");
  const json::array& given = values->get_array();
  if (given.size() != order.size() && given.size() != 1) return malformed_cursor("it is not one that was made here.");
  Cursor read;
  const std::size_t first = order.size() - given.size();
  for (std::size_t i = 0; i < given.size(); ++i) {
    Result<Value> value = value_from(*list.collection, order[first + i], given[i]);
    if (!value) return malformed_cursor("it is not one that was made here.");
    read.values.push_back(std::move(*value));
  }
  read.id = read.values.back();
  if (is_null(read.id)) return malformed_cursor("it is not one that was made here.");
  if (given.size() != order.size()) read.values.clear();
  return read;
}

}  // namespace banyan::api
