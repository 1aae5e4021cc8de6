#pragma once

#include <boost/json/value.hpp>

#include <string>

namespace banyan::openapi {

/// The value as JSON text, members in the order in which they were put there, numbers in their shortest text: the same
/// value gives the same bytes.
std::string write_json(const boost::json::value& value);

}  // namespace banyan::openapi
