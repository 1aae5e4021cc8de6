#pragma once

#include <boost/json/value.hpp>

#include <span>
#include <string>
#include <vector>

#include "banyan/base/result.hpp"
#include "banyan/core/cache.hpp"
#include "banyan/core/record.hpp"

namespace banyan {

/// The one encoder: `{"id":1,"name":"Alice"}`, every field in the collection's order, canonical JSON as docs/values.md
/// has it. Appends to `out`.
void append_json(std::string& out, const Collection& collection, const Record& record);
void append_json(std::string& out, const Field& field, const Value& value);
/// `text` as a JSON string in quotes. `text` is valid UTF-8.
void append_json_string(std::string& out, std::string_view text);

/// The record encoded, with where each field ends, as caches keep it.
CachedRecordPtr encode(const Collection& collection, const Record& record);

/// A copy of an encoded record without the members `hidden` (ascending, never the id): each ends where the one before
/// it does. It has no rule_values.
CachedRecordPtr without_fields(const CachedRecord& encoded, std::span<const std::size_t> hidden);

/// `{"name":"Alice"}`: the members of an encoded record that `fields` name, in that order, without parsing it. Members
/// that without_fields() has taken away are left out.
void append_projection(std::string& out, const CachedRecord& encoded, std::span<const std::size_t> fields);

/// The canonical value of a member of a request's body. Null is null whatever the field; bounds (required, min,
/// pattern …) are not looked at. The error's message says what the field takes and never repeats the input whole.
Result<Value> value_from_json(const Field& field, const boost::json::value& json);

/// The canonical value of text in a URL (a filter's operand, an id in a path), by the field's type.
Result<Value> value_from_text(const Field& field, std::string_view text);

/// Nothing, or what is wrong with the value by the field's bounds: required, min, max, lengths, pattern, enum.
/// The value is canonical for the field already.
std::optional<std::string> check_bounds(const Field& field, const Value& value);

}  // namespace banyan
