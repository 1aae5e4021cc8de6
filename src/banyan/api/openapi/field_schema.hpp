#pragma once

#include <boost/json/object.hpp>

#include "banyan/core/schema.hpp"

namespace banyan::openapi {

enum class Side : unsigned char {
  answer,  ///< What the server sends.
  input,   ///< What it takes.
};

/// The JSON Schema (2020-12) of a field's values: type, format, bounds, and `null` as one of its types where it may be
/// null. What JSON Schema has no keyword for stands in the description.
boost::json::object field_schema(const Schema& schema, const Field& field, Side side);

/// A value as the document shows it; json fields' text becomes the JSON that it is.
boost::json::value shown_value(const Field& field, const Value& value);

/// A value that the field would take, for examples.
boost::json::value example_value(const Schema& schema, const Field& field);

}  // namespace banyan::openapi
